#include <algorithm>
#include <iostream>
#include <queue>
#include <utility>
#include <vector>

struct Line {
    int a;
    long long s, p, k, d;
};

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);
    int n, m;
    long long t;
    std::cin >> n >> m >> t;
    std::vector<std::vector<Line>> into(n + 1);
    for (int i = 0; i < m; i++) {
        int b;
        Line line;
        std::cin >> line.a >> b >> line.s >> line.p >> line.k >> line.d;
        into[b].push_back(line);
    }
    std::vector<long long> late(n + 1, -1);
    std::priority_queue<std::pair<long long, int>> queue;
    late[n] = t;
    queue.emplace(t, n);
    while (!queue.empty()) {
        const auto [minute, town] = queue.top();
        queue.pop();
        if (minute < late[town]) continue;
        for (const auto& [a, s, p, k, d] : into[town]) {
            if (minute - d < s) continue;
            const long long start = s + std::min(k - 1, (minute - d - s) / p) * p;
            if (start <= late[a]) continue;
            late[a] = start;
            queue.emplace(start, a);
        }
    }
    std::cout << late[1] << '\n';
}
