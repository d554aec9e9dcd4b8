using Akka.Registry.Contracts;

namespace Akka.Registry.Cluster.Transport;

/// <summary>
/// Frames that wait for one link, in order, bounded in number and bytes. Not thread-safe: its link guards it.
/// </summary>
/// <param name="framesMax">Frames held at most.</param>
/// <param name="bytesMax">Bytes held at most, headers included.</param>
internal sealed class SendQueue(int framesMax, long bytesMax)
{
    private readonly Queue<Frame> _frames = new();
    private int _framesTaken;

    /// <summary>Frames held: waiting, or taken and not yet <see cref="Release"/>d.</summary>
    public int Frames => _frames.Count + _framesTaken;

    /// <summary>Bytes held, as <see cref="Frames"/>.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes of what was taken and not yet released.</summary>
    public long BytesTaken { get; private set; }

    /// <summary>Whether nothing waits to be taken.</summary>
    public bool IsEmpty => _frames.Count == 0;

    /// <summary>Adds a frame.</summary>
    /// <returns>False when it would break a bound; nothing has changed then.</returns>
    public bool TryEnqueue(in Frame frame)
    {
        if (Frames >= framesMax || Bytes + frame.WireBytes > bytesMax)
            return false;
        _frames.Enqueue(frame);
        Bytes += frame.WireBytes;
        return true;
    }

    /// <summary>Takes what one write can carry: as many frames as fit, but at least one if there is any.</summary>
    /// <param name="into">Receives the frames, from its start.</param>
    /// <param name="batchBytesMax">What the frames of one batch add up to, unless it is a single larger one.</param>
    /// <returns>How many were taken. They count as held until they are released.</returns>
    public int Take(Span<Frame> into, int batchBytesMax)
    {
        var taken = 0;
        var bytes = 0L;
        while (taken < into.Length && _frames.TryPeek(out var frame))
        {
            if (taken > 0 && bytes + frame.WireBytes > batchBytesMax)
                break;
            into[taken++] = _frames.Dequeue();
            bytes += frame.WireBytes;
        }

        _framesTaken += taken;
        BytesTaken += bytes;
        return taken;
    }

    /// <summary>What was taken has been written.</summary>
    public void Release()
    {
        Bytes -= BytesTaken;
        _framesTaken = 0;
        BytesTaken = 0;
    }

    /// <summary>Lets everything go, what was taken included.</summary>
    /// <returns>How many frames that were.</returns>
    public int Clear()
    {
        var lost = Frames;
        Release();
        _frames.Clear();
        Bytes = 0;
        return lost;
    }
}
