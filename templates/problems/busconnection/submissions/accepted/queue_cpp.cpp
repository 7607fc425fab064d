#include <iostream>
#include <queue>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);
    int n, m, seats, walk;
    std::cin >> n >> m >> seats >> walk;
    std::queue<int> ready;
    for (int i = 0; i < n; i++) {
        int arrival;
        std::cin >> arrival;
        ready.push(arrival + walk);
    }
    int left = 0;
    long long waiting = 0;
    for (int bus = 0; bus < m; bus++) {
        int departure;
        std::cin >> departure;
        for (int seat = 0; seat < seats && !ready.empty() && ready.front() <= departure; seat++) {
            waiting += departure - ready.front();
            ready.pop();
            left++;
        }
    }
    std::cout << left << ' ' << waiting << '\n';
}
