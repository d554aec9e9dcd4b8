using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Server.Tests.Checks;

/// <summary>A server to be checked, on a free port of loopback: HTTP/1.1 or HTTP/2, in the clear or with a certificate that nobody trusts.</summary>
internal sealed class CheckTarget : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2? _certificate;

    private CheckTarget(WebApplication app, X509Certificate2? certificate)
    {
        (_app, _certificate) = (app, certificate);
        Port = new Uri(app.Urls.Single()).Port;
    }

    public int Port { get; }

    public string Url => $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}";

    public static async Task<CheckTarget> StartAsync(
        RequestDelegate answer, HttpProtocols protocols = HttpProtocols.Http1, bool tls = false)
    {
        var certificate = tls ? MakeCertificate() : null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint =>
        {
            endpoint.Protocols = protocols;
            if (certificate is not null)
                endpoint.UseHttps(certificate);
        }));
        builder.WebHost.UseUrls($"http{(tls ? "s" : "")}://127.0.0.1:0");
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new CheckTarget(app, certificate);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate?.Dispose();
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
