#include <iostream>
#include <vector>

struct Line {
    int a, b;
    long long s, p, k, d;
};

long long latestStart(int n, long long t, const std::vector<Line>& lines) {
    // TODO: return the latest minute at which Nora can board her first bus, or -1.
    return -2;
}

int main() {
    int n, m;
    long long t;
    std::cin >> n >> m >> t;
    std::vector<Line> lines(m);
    for (auto& [a, b, s, p, k, d] : lines) std::cin >> a >> b >> s >> p >> k >> d;
    std::cout << latestStart(n, t, lines) << '\n';
}
