using System.Threading.Channels;
using Akka.Registry.Cluster.Transport;
using Akka.Registry.Contracts;

namespace Akka.Registry.Sessions;

/// <summary>What waits to be written to one client: bounded, in order, a group of frames never torn apart.</summary>
internal sealed class SessionOutbox(int capacity)
{
    private const int GatheredMax = 64;

    private readonly Channel<ReadOnlyMemory<Frame>> _waiting = Channel.CreateBounded<ReadOnlyMemory<Frame>>(
        new BoundedChannelOptions(capacity) { SingleReader = true });

    /// <summary>Does not wait. False when there is no room.</summary>
    public bool TrySend(Frame frame) => _waiting.Writer.TryWrite(new[] { frame });

    /// <summary>Waits for room, then for nothing more. What is sent after the end is dropped.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<Frame> frames, CancellationToken stop)
    {
        if (_waiting.Writer.TryWrite(frames))
            return;
        while (await _waiting.Writer.WaitToWriteAsync(stop))
        {
            if (_waiting.Writer.TryWrite(frames))
                return;
        }
    }

    /// <summary>As <see cref="SendAsync(ReadOnlyMemory{Frame}, CancellationToken)"/>, of one frame.</summary>
    public ValueTask SendAsync(Frame frame, CancellationToken stop) => SendAsync(new[] { frame }, stop);

    /// <summary>Nothing more is taken; what waits is still written.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>Writes until the end, several groups at once when they wait.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task RunAsync(ISessionLink link, CancellationToken stop)
    {
        var gathered = new List<Frame>();
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stop))
            {
                gathered.Clear();
                while (gathered.Count < GatheredMax && _waiting.Reader.TryRead(out var frames))
                    gathered.AddRange(frames.Span);
                await link.WriteAsync(gathered.ToArray(), stop);
            }
        }
        finally
        {
            Complete();
        }
    }
}
