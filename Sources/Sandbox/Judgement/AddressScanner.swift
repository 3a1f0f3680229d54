/// Finds the addr-specs of an address list: comments and phrases dropped, groups opened (RFC 5322, section 3.4).
struct AddressScanner: Sendable {
    private var found: [String] = []
    private var current = ""
    /// The text between angle brackets, once there was one in this entry.
    private var angle: String?
    private var isInAngle = false
    private var commentDepth = 0
    private var isQuoted = false
    private var isEscaped = false

    static func addresses(_ text: String) -> [String] {
        var scanner = AddressScanner()
        for character in text { scanner.take(character) }
        scanner.finish()
        return scanner.found
    }

    private mutating func take(_ character: Character) {
        if isEscaped {
            isEscaped = false
            if commentDepth == 0 { put(character) }
        } else if isQuoted {
            takeQuoted(character)
        } else if commentDepth > 0 {
            takeComment(character)
        } else {
            takePlain(character)
        }
    }

    private mutating func takeQuoted(_ character: Character) {
        if character == "\\" { isEscaped = true }
        if character == "\"" { isQuoted = false }
        put(character)
    }

    private mutating func takeComment(_ character: Character) {
        switch character {
        case "\\": isEscaped = true
        case "(": commentDepth += 1
        case ")": commentDepth -= 1
        default: break
        }
    }

    private mutating func takePlain(_ character: Character) {
        switch character {
        case "\"":
            isQuoted = true
            put(character)
        case "(": commentDepth = 1
        case "<": (angle, isInAngle) = ("", true)
        case ">": isInAngle = false
        case ",", ";":
            if isInAngle { put(character) } else { finish() }
        case ":" where angle == nil: current = ""  // what came before was a group's name
        default: put(character)
        }
    }

    private mutating func put(_ character: Character) {
        if isInAngle { angle?.append(character) } else if angle == nil { current.append(character) }
    }

    private mutating func finish() {
        let address = (angle ?? current).trimmed
        if !address.isEmpty { found.append(address) }
        (current, angle, isInAngle) = ("", nil, false)
    }
}
