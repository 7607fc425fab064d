#include <algorithm>
#include <iostream>
#include <vector>

int main() {
    // Mistake: takes altitudes for indices, although they can be negative or very large.
    int n;
    std::cin >> n;
    std::vector<long long> at_altitude(100000, 0), tree(100001, 0);
    long long best = 0;
    for (int k = 0; k < n; k++) {
        int altitude, points;
        std::cin >> altitude >> points;
        long long& here = at_altitude.at(altitude);
        long long total = 0;
        for (int i = altitude; i > 0; i &= i - 1) total = std::max(total, tree[i]);
        here = std::max(here, total + points);
        best = std::max(best, here);
        for (int i = altitude + 1; i < static_cast<int>(tree.size()); i += i & -i) tree[i] = std::max(tree[i], here);
    }
    std::cout << best << '\n';
}
