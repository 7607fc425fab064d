#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "solution.cpp"

int main() {
    // The answer goes to the real standard output, whatever the solution prints to standard error.
    int answer = dup(1);
    dup2(2, 1);
    int n;
    std::cin >> n;
    std::vector<int> caller(n, 0), minutes(n, 0);
    for (int i = 1; i < n; i++) std::cin >> caller[i];
    for (int i = 1; i < n; i++) std::cin >> minutes[i];
    std::string text = std::to_string(warnAll(caller, minutes)) + '\n';
    std::cout.flush();
    if (write(answer, text.data(), text.size()) < 0) return 1;
}
