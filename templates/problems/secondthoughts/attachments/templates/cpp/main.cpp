#include <iostream>
#include <string>

std::string finalText(const std::string& keys) {
    // TODO: return the text that stands on the page in the end.
    return "";
}

int main() {
    int n;
    std::string keys;
    std::cin >> n >> keys;
    std::string text = finalText(keys);
    std::cout << (text.empty() ? "(empty)" : text) << '\n';
}
