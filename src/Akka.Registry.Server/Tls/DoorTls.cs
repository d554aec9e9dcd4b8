using System.Net.Security;
using System.Text;
using Akka.Registry.Actors;
using Akka.Registry.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Akka.Registry.Server.Tls;

/// <summary>TLS at one HTTP door: each connection is shown the certificate that is there when it comes. Any thread.</summary>
internal sealed class DoorTls : IDisposable
{
    /// <summary>A record of TLS that holds a handshake (RFC 8446, section 5.1); no HTTP request begins so.</summary>
    private const byte TlsHandshake = 22;

    private static readonly byte[] PlainRefusal = Encoding.ASCII.GetBytes(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 50\r\nConnection: close\r\n\r\n"
        + "This port speaks TLS: write https:// for http://.\n");

    private readonly TlsOptions _options;
    private readonly TlsHandshakes _handshakes;
    private readonly HandshakeGate _gate;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _door;
    private readonly LogGate _log = new(TimeSpan.FromSeconds(1));

    private DoorTls(string door, TlsOptions options, TlsCertificates certificates, TimeProvider time, ILogger logger)
    {
        (_door, _options, _time, _logger) = (door, options, time, logger);
        _handshakes = new TlsHandshakes(certificates, options, time);
        _gate = new HandshakeGate(door, options.HandshakesMax);
    }

    /// <summary>TLS of a door; null when it has none.</summary>
    /// <param name="door">The door's name in settings.</param>
    /// <param name="choice">What the settings say of the door; null for what they say of all.</param>
    /// <param name="services">The container that has the node.</param>
    public static DoorTls? Of(string door, Func<TlsDoorOptions, bool?> choice, IServiceProvider services)
    {
        if (services.GetService<TlsOptions>() is not { } options || !options.IsOn(choice(options.Doors)))
            return null;
        if (!options.HasCertificate)
            throw new TlsException("certificate", $"The {door} door speaks TLS, and there is no certificate to show. Set it and the key.");
        var tls = new DoorTls(
            door, options, services.GetRequiredService<TlsCertificates>(), services.GetService<TimeProvider>() ?? TimeProvider.System,
            services.GetRequiredService<ILogger<DoorTls>>());
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(tls.Dispose);
        return tls;
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    /// <summary>Puts TLS under what is said at an address; what comes before it sees connections that are not let in yet.</summary>
    public void Configure(ListenOptions listen)
    {
        listen.Use(next => connection => AdmitAsync(connection, next));
        listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = _options.HandshakeTimeout, OnConnection = Begin });
        listen.Use(next => connection =>
        {
            ((Handshake)connection.Items[this]!).End();
            return next(connection);
        });
    }

    private ValueTask<SslServerAuthenticationOptions> Begin(TlsHandshakeCallbackContext context) => ValueTask.FromResult(_handshakes.ForServer(
        _options.ClientCertificates != ClientCertificates.None,
        ((Handshake)context.Connection.Items[this]!).Peer,
        isStrict: true,
        required: _options.ClientCertificates == ClientCertificates.Required));

    /// <summary>Lets a connection to its handshake once it has begun one: who says nothing takes no place.</summary>
    private async Task AdmitAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (!await BeginsWithTlsAsync(connection))
            return;
        if (!_gate.TryEnter())
        {
            Refuse(connection, $"{_options.HandshakesMax} TLS handshakes are under way, as many as may be (tls.handshakes-max)");
            return;
        }

        var handshake = new Handshake(_gate);
        connection.Items[this] = handshake;
        try
        {
            await next(connection);
        }
        finally
        {
            if (handshake.End())
                Refuse(connection, handshake.Reason(_options.ClientCertificates));
        }
    }

    private async Task<bool> BeginsWithTlsAsync(ConnectionContext connection)
    {
        using var late = new CancellationTokenSource(_options.HandshakeTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, connection.ConnectionClosed);
        try
        {
            var input = connection.Transport.Input;
            var read = await input.ReadAsync(either.Token);
            var isEmpty = read.Buffer.IsEmpty;
            var isTls = !isEmpty && read.Buffer.FirstSpan[0] == TlsHandshake;
            input.AdvanceTo(read.Buffer.Start);
            if (isTls || isEmpty)
                return isTls;
            Refuse(connection, "it speaks in plain text, and this door speaks TLS");
            await connection.Transport.Output.WriteAsync(PlainRefusal, either.Token);
        }
        catch (OperationCanceledException)
        {
            if (late.IsCancellationRequested)
                Refuse(connection, "it has not begun a TLS handshake in time (tls.handshake-timeout)");
        }
        catch (IOException)
        {
            // It is gone.
        }

        return false;
    }

    private void Refuse(ConnectionContext connection, string reason)
    {
        _gate.CountRefusal();
        long count;
        lock (_log)
        {
            if (!_log.Opens(_time.GetInstant(), out count))
                return;
        }

        Log.TlsRefused(_logger, _door, connection.RemoteEndPoint, reason, count);
    }

    /// <summary>One handshake, from the first byte to its end.</summary>
    private sealed class Handshake(HandshakeGate gate)
    {
        private int _ended;

        public TlsPeer Peer { get; } = new();

        /// <summary>Gives its place away.</summary>
        /// <returns>Whether it was under way.</returns>
        public bool End()
        {
            if (Interlocked.Exchange(ref _ended, 1) != 0)
                return false;
            gate.Leave();
            return true;
        }

        public string Reason(ClientCertificates asked) =>
            Peer.Fault
            ?? (asked == ClientCertificates.Required && Peer.Certificate is null
                ? "it shows no certificate (tls.client-certificates), or broke off"
                : "TLS could not be agreed on");
    }
}
