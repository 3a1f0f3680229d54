// swift-tools-version: 6.2
import PackageDescription

let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let trees = Target.Dependency.product(name: "HashTreeCollections", package: "swift-collections")
let bits = Target.Dependency.product(name: "BitCollections", package: "swift-collections")
let hummingbird: [Target.Dependency] = ["Hummingbird", "HummingbirdCore", "HummingbirdTLS"].map {
    .product(name: $0, package: "hummingbird")
}
let http2: [Target.Dependency] = [
    .product(name: "NIOHTTP2", package: "swift-nio-http2"), .product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras"),
]
let jwt = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let nioExtras = Target.Dependency.product(name: "NIOExtras", package: "swift-nio-extras")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "mandate",
    products: [.executable(name: "mandate", targets: ["Main"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    targets: [
        .systemLibrary(name: "CIDN2", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "CCurlShim", dependencies: ["CCurl"]),
        .target(name: "CProcess"),
        .systemLibrary(name: "CXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .target(name: "CXML2Shim", dependencies: ["CXML2"]),
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .target(name: "Mail", dependencies: ["CIDN2"]),
        .target(name: "Relay", dependencies: ["Mail", crypto, cryptoExtras, trees, bits]),
        .target(name: "Store", dependencies: ["Relay", "Mail"]),
        .target(name: "SQLiteEngine", dependencies: ["Store", "Relay", grdb, sqlite]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "PostgresEngine", dependencies: ["Store", "Relay", "CPostgres"]),
        .target(name: "EventLoops", dependencies: [nio, nioPosix]),
        .target(name: "SMTPTransmit", dependencies: ["Relay", "Mail", nio, nioPosix, nioSSL]),
        .target(name: "ConfigurationFile", dependencies: [configuration, yams, system]),
        .target(name: "SMTPGateway", dependencies: ["EventLoops", "Relay", "Mail", nio, nioPosix, nioSSL, crypto, log, lifecycle]),
        .target(name: "LocalGateway", dependencies: ["Relay", "Mail", nioPosix, log, lifecycle]),
        .target(name: "CurlTransmit", dependencies: ["Relay", "Mail", "CCurl", "CCurlShim", jwt, crypto, x509, asn1]),
        .target(name: "XMLImport", dependencies: ["Relay", "Mail", "CArchive", "CXML2", "CXML2Shim"]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Monitoring", dependencies: ["Relay", "Mail", metrics]),
        .target(
            name: "Web",
            dependencies: [
                "Monitoring", "Relay", "Mail", "CZlib", log, lifecycle, httpTypes, nioHTTPTypes, nio, nioPosix, nioSSL, crypto,
            ] + http2 + hummingbird),
        .target(name: "WebAPI", dependencies: ["Web", "Monitoring", "Relay", "Mail", log, httpTypes, nio, crypto] + hummingbird),
        .target(
            name: "Console", dependencies: ["Web", "Monitoring", "Relay", "Mail", log, httpTypes, nio, crypto, mustache] + hummingbird,
            resources: [.embedInCode("Pages")]),
        .target(
            name: "Sandbox",
            dependencies: [nio, nioExtras, nioPosix, nioSSL, x509, asn1, crypto, cryptoExtras, log, lifecycle] + hummingbird),
        .executableTarget(
            name: "Main",
            dependencies: [
                "Relay", "Mail", "Store", "SQLiteEngine", "PostgresEngine", "SMTPTransmit", "CurlTransmit", "XMLImport", "SMTPGateway",
                "LocalGateway", "Web", "WebAPI",
                "Console",
                "Monitoring", "EventLoops",
                "ConfigurationFile", "Sandbox", arguments, yams, log,
                lifecycle, signals, crypto, cryptoExtras, nio, nioPosix, subprocess, system, x509, asn1, "CProcess",
            ], exclude: ["Packaging"]),
        .target(name: "TestSupport", dependencies: ["Relay", "Mail", crypto], path: "Tests/Support"),
        .testTarget(name: "MailTests", dependencies: ["Mail", "TestSupport"]),
        .testTarget(name: "RelayTests", dependencies: ["Relay", "Mail", "TestSupport", yams]),
        .testTarget(
            name: "StoreTests", dependencies: ["Store", "SQLiteEngine", "PostgresEngine", "Relay", "Mail", "TestSupport", grdb, sqlite]),
        .testTarget(
            name: "SMTPTransmitTests", dependencies: ["SMTPTransmit", "Sandbox", "Relay", "Mail", "TestSupport", nio, nioPosix, nioSSL]),
        .testTarget(
            name: "SMTPGatewayTests",
            dependencies: ["SMTPGateway", "Relay", "Mail", "TestSupport", nio, nioPosix, nioSSL, nioEmbedded, crypto, log, lifecycle]),
        .testTarget(name: "LocalGatewayTests", dependencies: ["LocalGateway", "Relay", "Mail", "TestSupport", log]),
        .testTarget(name: "CurlTransmitTests", dependencies: ["CurlTransmit", "Sandbox", "Relay", "Mail", "TestSupport"]),
        .testTarget(name: "XMLImportTests", dependencies: ["XMLImport", "Relay", "Mail", "TestSupport"]),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "Web", "WebAPI", "Console", "Monitoring", "CurlTransmit", "Relay", "Mail", "TestSupport", log, metrics, httpTypes,
                nioHTTPTypes, nio, nioEmbedded, .product(name: "NIOHPACK", package: "swift-nio-http2"),
            ] + http2 + hummingbird),
        .testTarget(name: "SandboxTests", dependencies: ["Sandbox", "TestSupport", nio, nioPosix, nioSSL]),
        .testTarget(
            name: "MainTests",
            dependencies: [
                "Main", "SMTPGateway", "Web", "WebAPI", "Console", "Monitoring", "Sandbox", "Store", "SQLiteEngine", "CurlTransmit",
                "Relay", "Mail",
                "TestSupport", log, crypto,
                cryptoExtras, x509, asn1, grdb, httpTypes,
            ]),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Web", "WebAPI", "Console", "Monitoring", "CurlTransmit", "Sandbox", "Store", "SQLiteEngine", "PostgresEngine", "Relay",
                "Mail", "TestSupport", crypto,
                log, lifecycle,
            ]
                + hummingbird,
            path: "Tests/Benchmarks"),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where ![.system, .plugin].contains(target.type) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .treatAllWarnings(as: .error),
        ]
}
