#include <algorithm>
#include <cstdio>
#include <limits>
#include <utility>
#include <vector>

int main() {
    int n;
    if (std::scanf("%d", &n) != 1) return 1;
    std::vector<std::pair<int, int>> signals(n);
    for (auto& [time, altitude] : signals) {
        if (std::scanf("%d %d", &time, &altitude) != 2) return 1;
    }
    std::sort(signals.begin(), signals.end());
    double best = -std::numeric_limits<double>::infinity();
    for (int i = 1; i < n; i++) {
        const double climb = signals[i].second - signals[i - 1].second;
        best = std::max(best, climb / (signals[i].first - signals[i - 1].first));
    }
    std::printf("%.9f\n", best);
}
