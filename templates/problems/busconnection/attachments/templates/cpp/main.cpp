#include <iostream>
#include <utility>
#include <vector>

std::pair<int, long long> connect(int seats, int walk, const std::vector<int>& arrivals, const std::vector<int>& buses) {
    // TODO: return how many hikers leave by bus and their minutes of waiting in all.
    return {-1, -1};
}

int main() {
    int n, m, seats, walk;
    std::cin >> n >> m >> seats >> walk;
    std::vector<int> arrivals(n), buses(m);
    for (int& minute : arrivals) std::cin >> minute;
    for (int& minute : buses) std::cin >> minute;
    auto [left, waiting] = connect(seats, walk, arrivals, buses);
    std::cout << left << ' ' << waiting << '\n';
}
