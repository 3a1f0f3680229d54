import Foundation
import TestSupport

@testable import Main

/// A real nginx with TLS in front of the service, below a path.
struct ReverseProxy {
    private static let path = "/usr/sbin/nginx"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

    private let program: Program
    private let folder: String

    /// `keepsPath`: the service sees the path; otherwise the proxy takes it off.
    init(port: Int, to service: Int, path: String, keepsPath: Bool) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: Live.system().identifier("mandate-nginx")).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let identity = try SelfSigned()
        try Data(identity.pem.utf8).write(to: URL(filePath: "\(folder)/cert.pem"))
        try Data(identity.key.utf8).write(to: URL(filePath: "\(folder)/key.pem"))
        let target = "http://127.0.0.1:\(service)" + (keepsPath ? "" : "/")
        let text = """
            pid \(folder)/pid; error_log \(folder)/error.log; daemon off; worker_processes 1;
            events { worker_connections 128; }
            http {
              access_log off;
              client_body_temp_path \(folder)/body; proxy_temp_path \(folder)/proxy; fastcgi_temp_path \(folder)/f; uwsgi_temp_path \(folder)/u;
              scgi_temp_path \(folder)/s;
              server {
                listen 127.0.0.1:\(port) ssl;
                ssl_certificate \(folder)/cert.pem; ssl_certificate_key \(folder)/key.pem;
                location \(path)/ {
                  proxy_pass \(target);
                  proxy_set_header Host $host:\(port);
                  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                  proxy_set_header X-Forwarded-Proto $scheme;
                }
              }
            }
            """
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/nginx.conf"))
        program = try Program([Self.path, "-p", folder, "-c", "\(folder)/nginx.conf"])
        for _ in 0..<200 {
            if (try? await WebClient(port: port).exchange([Array("x\r\n\r\n".utf8)]))?.isEmpty == false { return }
            await Live.system().wait(0.05)
        }
        let log = (try? String(contentsOfFile: "\(folder)/error.log", encoding: .utf8)) ?? ""
        throw WebClient.Trouble("nginx did not start: \(log)")
    }

    func stop() async {
        program.signal(SIGTERM)
        _ = await program.end()
        try? FileManager.default.removeItem(atPath: folder)  // a temporary folder
    }
}
