#include <iostream>
#include <utility>
#include <vector>

std::vector<int> daysOfLoss(int n, const std::vector<std::pair<int, int>>& bridges) {
    // TODO: return the days of loss by island; places 0 and 1 are not used.
    return std::vector<int>(n + 1, -1);
}

int main() {
    int n, m;
    std::cin >> n >> m;
    std::vector<std::pair<int, int>> bridges(m);
    for (auto& [a, b] : bridges) std::cin >> a >> b;
    std::vector<int> days = daysOfLoss(n, bridges);
    for (int island = 2; island <= n; island++) std::cout << days[island] << '\n';
}
