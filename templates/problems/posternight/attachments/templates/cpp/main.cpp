#include <iostream>
#include <vector>

struct Printer {
    long long w, p, c;
};

long long firstMinute(long long needed, const std::vector<Printer>& printers) {
    // TODO: return the first minute at which enough posters are finished, or -1.
    return -2;
}

int main() {
    int n;
    long long needed;
    std::cin >> n >> needed;
    std::vector<Printer> printers(n);
    for (Printer& printer : printers) std::cin >> printer.w >> printer.p >> printer.c;
    std::cout << firstMinute(needed, printers) << '\n';
}
