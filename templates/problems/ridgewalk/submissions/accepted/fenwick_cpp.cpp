#include <algorithm>
#include <iostream>
#include <vector>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);
    int n;
    std::cin >> n;
    std::vector<int> altitudes(n), points(n);
    for (int i = 0; i < n; i++) std::cin >> altitudes[i] >> points[i];
    std::vector<int> sorted = altitudes;
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    std::vector<long long> tree(sorted.size() + 1, 0);
    long long best = 0;
    for (int k = 0; k < n; k++) {
        const int rank = std::lower_bound(sorted.begin(), sorted.end(), altitudes[k]) - sorted.begin() + 1;
        long long total = 0;
        for (int i = rank - 1; i > 0; i &= i - 1) total = std::max(total, tree[i]);
        total += points[k];
        best = std::max(best, total);
        for (int i = rank; i < static_cast<int>(tree.size()); i += i & -i) tree[i] = std::max(tree[i], total);
    }
    std::cout << best << '\n';
}
