internal import Crypto
internal import CryptoExtras

/// A person's password as it is kept: scrypt (RFC 7914), with its costs and salt beside it, so that the costs can rise without anyone's doing.
package struct PasswordHash: Sendable, Hashable {
    /// `$scrypt$ln=…,r=…,p=…$salt$hash`, with salt and hash in hexadecimal.
    package let text: String
    private let cost: Cost
    private let salt: [UInt8]
    private let hash: [UInt8]

    package struct Cost: Sendable, Hashable {
        /// The logarithm of the rounds to the base 2.
        package var rounds: Int
        package var blockSize: Int
        package var lanes: Int

        /// OWASP's recommendation of 2025 for 32 MiB: about 0.1 s of one core, so that a thief of the store guesses ten a second.
        package static let usual = Cost(rounds: 15, blockSize: 8, lanes: 3)

        package init(rounds: Int, blockSize: Int, lanes: Int) {
            self.rounds = rounds
            self.blockSize = blockSize
            self.lanes = lanes
        }

        /// A store that somebody wrote into must not be able to ask for more memory than there is (128 · r · 2^ln octets).
        fileprivate var isBearable: Bool { (1...18).contains(rounds) && (1...16).contains(blockSize) && (1...8).contains(lanes) }
    }

    /// nil: no such hash can have been written by us.
    package init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt", let cost = Self.cost(parts[2]), cost.isBearable,
            let salt = [UInt8](hexadecimal: parts[3]), salt.count == 16, let hash = [UInt8](hexadecimal: parts[4]), hash.count == 32
        else { return nil }
        self.text = text
        self.cost = cost
        self.salt = salt
        self.hash = hash
    }

    /// Takes about a tenth of a second of a whole core: not for a thread that others wait for. `salt` is sixteen random octets.
    package init?(of password: Secret, salt: [UInt8], cost: Cost = .usual) {
        precondition(salt.count == 16, "a salt has sixteen octets")
        guard let hash = Self.derive(password, salt, cost) else { return nil }
        self.text =
            "$scrypt$ln=\(cost.rounds),r=\(cost.blockSize),p=\(cost.lanes)$\(salt.hexadecimal)$\(hash.hexadecimal)"
        self.cost = cost
        self.salt = salt
        self.hash = hash
    }

    /// Whether this is the password; takes as long as making the hash did.
    package func matches(_ password: Secret) -> Bool {
        guard let other = Self.derive(password, salt, cost) else { return false }
        return hash.isSame(as: other)
    }

    /// Fewer characters than this are refused when a password is set (NIST SP 800-63B section 5.1.1.2 wants eight at least).
    package static let leastLength = 12

    private static func derive(_ password: Secret, _ salt: [UInt8], _ cost: Cost) -> [UInt8]? {
        // The library fails only on costs that are none, and those were refused before.
        guard
            let key = try? KDF.Scrypt.deriveKey(
                from: password.reveal(), salt: salt, outputByteCount: 32, rounds: 1 << cost.rounds, blockSize: cost.blockSize,
                parallelism: cost.lanes)
        else { return nil }
        return key.withUnsafeBytes { Array($0) }
    }

    private static func cost(_ text: Substring) -> Cost? {
        let numbers = text.split(separator: ",").map { $0.split(separator: "=") }
        guard numbers.count == 3, numbers.map(\.first) == ["ln", "r", "p"], numbers.allSatisfy({ $0.count == 2 }),
            let rounds = Int(numbers[0][1]),
            let blockSize = Int(numbers[1][1]), let lanes = Int(numbers[2][1])
        else { return nil }
        return Cost(rounds: rounds, blockSize: blockSize, lanes: lanes)
    }
}

extension [UInt8] {
    /// In a time that does not tell where they differ.
    package func isSame(as other: [UInt8]) -> Bool {
        count == other.count && zip(self, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
