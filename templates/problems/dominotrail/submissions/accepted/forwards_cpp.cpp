#include <algorithm>
#include <array>
#include <bitset>
#include <iostream>
#include <utility>
#include <vector>

int main() {
    int n;
    std::cin >> n;
    std::vector<std::pair<int, int>> dominoes(n);
    for (auto& [a, b] : dominoes) std::cin >> a >> b;
    // By set of used dominoes and open number: the last domino of some trail, or -1 if there is none.
    std::vector<std::array<int, 7>> last(1 << n);
    for (auto& row : last) row.fill(-1);
    int best = 0, best_end = 0;
    for (int used = 1; used < 1 << n; used++) {
        for (int i = 0; i < n; i++) {
            if ((used >> i & 1) == 0) continue;
            const int before = used ^ 1 << i;
            const auto [a, b] = dominoes[i];
            if (before == 0 || last[before][a] >= 0) last[used][b] = i;
            if (before == 0 || last[before][b] >= 0) last[used][a] = i;
        }
        for (int end = 0; end < 7; end++) {
            if (last[used][end] < 0 || std::bitset<13>(used).count() <= std::bitset<13>(best).count()) continue;
            best = used;
            best_end = end;
        }
    }
    std::vector<std::pair<int, int>> trail;
    for (int used = best, end = best_end; used != 0;) {
        const int i = last[used][end];
        const int other = dominoes[i].second == end ? dominoes[i].first : dominoes[i].second;
        trail.emplace_back(other, end);
        used ^= 1 << i;
        end = other;
    }
    std::reverse(trail.begin(), trail.end());
    std::cout << trail.size() << '\n';
    for (const auto& [left, right] : trail) std::cout << left << ' ' << right << '\n';
}
