#include <iostream>
#include <string>

static void move(std::string& from, std::string& to) {
    if (from.empty()) return;
    to.push_back(from.back());
    from.pop_back();
}

int main() {
    int n;
    std::string keys, text, taken;
    std::cin >> n >> keys;
    for (char key : keys) {
        if (key == '<') {
            move(text, taken);
        } else if (key == '>') {
            move(taken, text);
        } else {
            text.push_back(key);
            taken.clear();
        }
    }
    std::cout << (text.empty() ? "(empty)" : text) << '\n';
}
