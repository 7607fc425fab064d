#include <iostream>
#include <unordered_map>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);
    int n;
    std::cin >> n;
    std::unordered_map<int, int> last;
    int best = -1;
    for (int i = 0; i < n; i++) {
        int floor;
        std::cin >> floor;
        auto [entry, fresh] = last.try_emplace(floor, i);
        if (!fresh) {
            if (best == -1 || i - entry->second < best) best = i - entry->second;
            entry->second = i;
        }
    }
    std::cout << best << '\n';
}
