#include <iostream>
#include <numeric>
#include <utility>
#include <vector>

static std::vector<int> parent;

static int find(int island) {
    while (parent[island] != island) island = parent[island] = parent[parent[island]];
    return island;
}

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);
    int n, m;
    std::cin >> n >> m;
    std::vector<std::pair<int, int>> bridges(m);
    for (auto& [a, b] : bridges) std::cin >> a >> b;
    parent.resize(n + 1);
    std::iota(parent.begin(), parent.end(), 0);
    std::vector<std::vector<int>> members(n + 1);
    for (int island = 1; island <= n; island++) members[island] = {island};
    std::vector<int> lost(n + 1, 0);
    for (int day = m; day > 0; day--) {
        int large = find(bridges[day - 1].first), small = find(bridges[day - 1].second);
        if (large == small) continue;
        const int home = find(1);
        if (large == home || small == home) {
            for (int island : members[large == home ? small : large]) lost[island] = day;
        }
        if (members[large].size() < members[small].size()) std::swap(large, small);
        members[large].insert(members[large].end(), members[small].begin(), members[small].end());
        members[small].clear();
        parent[small] = large;
    }
    for (int island = 2; island <= n; island++) std::cout << lost[island] << '\n';
}
