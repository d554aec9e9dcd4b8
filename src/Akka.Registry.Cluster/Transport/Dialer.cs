using System.Diagnostics;
using System.Net.Sockets;
using Akka.Registry.Contracts;

namespace Akka.Registry.Cluster.Transport;

/// <summary>How an attempt to connect ended.</summary>
internal abstract record DialOutcome
{
    private DialOutcome()
    {
    }

    /// <summary>The handshake succeeded. The stream is the caller's.</summary>
    public sealed record Connected(FrameStream Frames, HandshakeStep.Established Handshake) : DialOutcome;

    /// <summary>There is no connection.</summary>
    public sealed record Failed(string Reason) : DialOutcome;
}

/// <summary>Connects to a peer and makes the handshake.</summary>
internal static class Dialer
{
    /// <summary>Tries once. What the network does is in the outcome, a stop too.</summary>
    public static async Task<DialOutcome> DialAsync(
        TransportScope scope, HandshakeTerms terms, LinkKey key, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            using (var deadline = scope.StartDeadline(scope.Options.ConnectTimeout, stop))
                await socket.ConnectAsync(key.Address.Host, key.Address.Port, deadline.Token);
            SocketTuning.Apply(socket, scope.Options.DeadLinkTimeout);
            using (var deadline = scope.StartDeadline(scope.Options.HandshakeTimeout, stop))
                return await ShakeHandsAsync(scope, terms, key, socket, deadline.Token);
        }
        // An argument is wrong when gossip brought an address that is none.
        catch (Exception failure) when (LinkFailure.Is(failure) || failure is ArgumentException)
        {
            socket.Dispose();
            return new DialOutcome.Failed(LinkFailure.Reason(failure));
        }
    }

    private static async Task<DialOutcome> ShakeHandsAsync(
        TransportScope scope, HandshakeTerms terms, LinkKey key, Socket socket, CancellationToken stop)
    {
        var link = new SecuredStream(new NetworkStream(socket, ownsSocket: true), LinkTrust.None);
        if (scope.Upgrade is { } upgrade)
            link = await upgrade(link.Stream, key.Address, stop);
        var frames = new FrameStream(link.Stream);
        DialOutcome outcome = new DialOutcome.Failed("the handshake did not end");
        try
        {
            var handshake = new ConnectHandshake(terms, key.Lane, terms.DrawChallenge(), link.Trust);
            await frames.WriteAsync(handshake.Hello, stop);
            var reading = await frames.ReadAsync(FrameLimits.Handshake, stop);
            if (reading.Outcome == FrameOutcome.NeedMore)
                return new DialOutcome.Failed("the peer closed the connection in the handshake");
            var step = reading.IsError
                ? new HandshakeStep.Refuse(reading.Reason)
                : handshake.Receive(reading.Frame);
            return outcome = await FinishAsync(frames, step, stop);
        }
        finally
        {
            if (outcome is DialOutcome.Failed)
                await frames.DisposeAsync();
        }
    }

    private static async Task<DialOutcome> FinishAsync(FrameStream frames, HandshakeStep step, CancellationToken stop)
    {
        switch (step)
        {
            case HandshakeStep.Established { Last: { } last } established:
                await frames.WriteAsync(last, stop);
                return new DialOutcome.Connected(frames, established);
            case HandshakeStep.Refuse refuse:
                await frames.WriteAsync(Handshake.RefusedFrame(refuse.Reason), stop);
                return new DialOutcome.Failed($"refused by this node: {refuse.Reason}");
            case HandshakeStep.RefusedByPeer refused:
                return new DialOutcome.Failed($"refused by the peer: {refused.Reason}");
            default:
                throw new UnreachableException($"A connecting side cannot be told to {step}.");
        }
    }
}
