using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Hosting;
using Akka.Registry.Server.Consul;
using Akka.Registry.Server.Eureka;
using Akka.Registry.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Server.Tests.Tls;

/// <summary>A node of production whose three HTTP doors listen by themselves, on free ports of loopback.</summary>
internal sealed class SecureDoors : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly WebApplication _app;

    private SecureDoors(WebApplication app, Kept log) => (_app, Log) = (app, log);

    public Kept Log { get; }

    public Uri Http => new(_app.Urls.Single());

    public Uri Consul => new(_app.Services.GetServices<IHostedService>().OfType<ConsulListener>().Single().Urls.Single());

    public Uri Eureka => new(_app.Services.GetRequiredService<EurekaHost>().Urls.Single());

    public TlsCertificates Certificates => _app.Services.GetRequiredService<TlsCertificates>();

    public static async Task<SecureDoors> OpenAsync(TlsOptions tls, HttpOptions? http = null)
    {
        string Url(bool? door) => $"{(tls.IsOn(door) ? "https" : "http")}://127.0.0.1:0";
        var log = new Kept();
        http = (http ?? new HttpOptions()) with { Urls = [Url(tls.Doors.Http)] };
        var app = RegistryServer.Build(http, builder =>
        {
            builder.Logging.ClearProviders().AddProvider(log);
            builder.Services.AddRegistryNode(new RegistryNodeOptions { Transport = new TransportOptions { Port = 0 }, Tls = tls })
                .Services.AddRegistryConsul(new ConsulOptions { Urls = [Url(tls.Doors.Consul)] })
                .AddRegistryEureka(new EurekaOptions { Urls = [Url(tls.Doors.Eureka)] });
        });
        await app.StartAsync();
        var registry = app.Services.GetRequiredService<IServiceRegistry>();
        using var late = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!registry.IsReady)
            await timer.WaitForNextTickAsync(late.Token);
        return new SecureDoors(app, log);
    }

    /// <summary>A client that believes one CA, and shows a certificate, or none.</summary>
    public static HttpClient Client(string ca, string? certificate = null, string? key = null, Action<X509Certificate2>? seen = null)
    {
        var handler = new SocketsHttpHandler();
        var authority = X509CertificateLoader.LoadCertificateFromFile(ca);
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { authority },
        };
        if (seen is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, errors) =>
            {
                seen((X509Certificate2)shown!);
                return errors == System.Net.Security.SslPolicyErrors.None;
            };
        }

        if (certificate is not null)
            handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, key)];
        return new HttpClient(handler)
        {
            Timeout = Patience, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>Keeps what is logged.</summary>
    internal sealed class Kept : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<(int Event, string Text)> _lines = new();

        /// <summary>Waits for a line of the event with the text.</summary>
        public async Task<string> AwaitAsync(int eventId, string text)
        {
            using var late = new CancellationTokenSource(Patience);
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
            while (true)
            {
                foreach (var (id, line) in _lines)
                {
                    if (id == eventId && line.Contains(text, StringComparison.Ordinal))
                        return line;
                }

                if (late.IsCancellationRequested)
                    throw new TimeoutException($"No line of {eventId} with '{text}':\n{string.Join('\n', _lines)}");
                await timer.WaitForNextTickAsync(CancellationToken.None);
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue((eventId.Id, formatter(state, exception)));

        public void Dispose()
        {
        }
    }
}
