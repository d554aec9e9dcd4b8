using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Etcd.Client;

/// <summary>gRPC with one member of etcd, framed by hand over HTTP/2: with prior knowledge on plain connections, by ALPN under TLS.</summary>
internal sealed class EtcdConnection : IDisposable
{
    /// <summary>etcd closes connections that ping more often than every five seconds.</summary>
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(3);
    private static readonly MediaTypeHeaderValue ContentType = new("application/grpc");

    private readonly HttpMessageInvoker _http;
    private readonly Uri _address;

    public EtcdConnection(Uri address, EtcdTls? tls, TimeSpan connectTimeout)
    {
        _address = address;
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = connectTimeout,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
        };
        if (tls is not null)
            handler.SslOptions = tls.Options(address.Host);
        _http = new HttpMessageInvoker(handler);
    }

    /// <summary>Where the member is, as the settings name it.</summary>
    public override string ToString() => _address.ToString().TrimEnd('/');

    /// <summary>Asks once.</summary>
    /// <exception cref="EtcdException">The answer is no, or there is none.</exception>
    /// <exception cref="OperationCanceledException">The caller has no more patience.</exception>
    public async Task<TResponse> CallAsync<TResponse>(
        string method, IMessage request, MessageParser<TResponse> parser, string? token, CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
    {
        using var content = new ByteArrayContent(GrpcFrame.Of(request));
        using var response = await SendAsync(method, content, token, cancellation);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
            var message = await GrpcFrame.ReadAsync(stream, cancellation);
            if (message is not null && await GrpcFrame.ReadAsync(stream, cancellation) is not null)
                throw new EtcdException(EtcdError.Other, $"{this} answered {method} more than once.");
            ThrowUnlessOk(response);
            return message is null
                ? throw new EtcdException(EtcdError.Other, $"{this} answered {method} with nothing.")
                : parser.ParseUntrusted(message);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw Broken(e);
        }
    }

    /// <summary>Opens a stream both ways. It is there once the other side has answered, thus after a first request.</summary>
    /// <exception cref="EtcdException">The answer is no, or there is none.</exception>
    public async Task<EtcdStream<TResponse>> OpenAsync<TResponse>(
        string method, IEnumerable<IMessage> first, MessageParser<TResponse> parser, string? token, CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
    {
        var content = new GrpcRequestStream();
        try
        {
            foreach (var request in first)
                content.Write(request);
            var response = await SendAsync(method, content, token, cancellation);
            return new EtcdStream<TResponse>(this, content, response, await response.Content.ReadAsStreamAsync(cancellation), parser);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    /// <summary>The connection broke, or could not be made.</summary>
    public EtcdException Broken(Exception reason) =>
        new(EtcdError.Unavailable, $"{this}: {(reason.InnerException ?? reason).Message}", reason);

    /// <summary>Throws what the trailers say, unless they say that all is well.</summary>
    public static void ThrowUnlessOk(HttpResponseMessage response)
    {
        var status = Find(response, "grpc-status");
        if (status is null)
            throw new EtcdException(EtcdError.Unavailable, "The answer broke off.");
        if (int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code == 0)
            return;
        throw GrpcStatus.ToException(code, Uri.UnescapeDataString(Find(response, "grpc-message") ?? ""));
    }

    public void Dispose() => _http.Dispose();

    private static string? Find(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values)
            ? values.FirstOrDefault()
            : null;

    private async Task<HttpResponseMessage> SendAsync(string method, HttpContent content, string? token, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = ContentType;
        request.Headers.TryAddWithoutValidation("te", "trailers");
        // A member without a leader says so instead of serving what may be old.
        request.Headers.TryAddWithoutValidation("hasleader", "true");
        if (token is not null)
            request.Headers.TryAddWithoutValidation("token", token);
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw Broken(e);
        }

        if (response.StatusCode == HttpStatusCode.OK)
            return response;
        var status = (int)response.StatusCode;
        response.Dispose();
        throw new EtcdException(EtcdError.Unavailable, $"{this} answered with HTTP status {status}; is it etcd's client address?");
    }
}
