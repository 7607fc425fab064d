#include <iostream>
#include <vector>

long long bestWalk(const std::vector<int>& altitudes, const std::vector<int>& points) {
    // TODO: return the largest sum of points of stops that are each strictly higher than the one before.
    return 0;
}

int main() {
    int n;
    std::cin >> n;
    std::vector<int> altitudes(n), points(n);
    for (int i = 0; i < n; i++) std::cin >> altitudes[i] >> points[i];
    std::cout << bestWalk(altitudes, points) << '\n';
}
