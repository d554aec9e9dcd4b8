using System.Net;
using System.Net.Security;

namespace Akka.Registry.Checks;

/// <summary>Connections to servers that are checked, kept for the next run. Any thread.</summary>
internal sealed class CheckConnections(CheckOptions options) : IDisposable
{
    private const int RedirectsMax = 10;
    private const int HeadersKilobytesMax = 16;

    /// <summary>What is left of an answer is read so far to keep its connection; beyond, the connection is closed.</summary>
    private const int DrainBytesMax = 64 * 1024;

    /// <summary>A name that points elsewhere is followed within this.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly Lazy<HttpMessageInvoker>[] _invokers =
    [
        new(() => Make(options, skipVerify: false, redirects: false)),
        new(() => Make(options, skipVerify: true, redirects: false)),
        new(() => Make(options, skipVerify: false, redirects: true)),
        new(() => Make(options, skipVerify: true, redirects: true)),
    ];

    /// <summary>Bytes of a body that are kept.</summary>
    public int BodyBytes => options.OutputBytes;

    /// <summary>Sends requests.</summary>
    public HttpMessageInvoker For(bool skipVerify, bool redirects) => _invokers[(skipVerify ? 1 : 0) + (redirects ? 2 : 0)].Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var invoker in _invokers)
        {
            if (invoker.IsValueCreated)
                invoker.Value.Dispose();
        }
    }

    private static HttpMessageInvoker Make(CheckOptions options, bool skipVerify, bool redirects)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = redirects,
            MaxAutomaticRedirections = RedirectsMax,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = options.ConnectionIdleTimeout,
            PooledConnectionLifetime = Lifetime,
            MaxResponseHeadersLength = HeadersKilobytesMax,
            MaxResponseDrainSize = DrainBytesMax,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        };
#pragma warning disable CA5359 // Whoever registers a check says by name that any certificate will do.
        if (skipVerify)
            handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true };
#pragma warning restore CA5359
        return new HttpMessageInvoker(handler);
    }
}
