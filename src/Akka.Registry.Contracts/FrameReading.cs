using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Akka.Registry.Contracts;

/// <summary>How an attempt to read a frame ended.</summary>
public enum FrameOutcome
{
    /// <summary>The frame is not whole yet. Nothing was consumed.</summary>
    NeedMore,

    /// <summary>A whole frame was consumed.</summary>
    Complete,

    /// <summary>More is announced than the limits allow. The link must be closed.</summary>
    Oversized,

    /// <summary>A frame without a kind is announced. The link must be closed.</summary>
    Empty,

    /// <summary>The kind is not one that this build knows. The link must be closed.</summary>
    UnknownKind,
}

/// <summary>What <see cref="FrameReader"/> found. After an error the position in the stream is lost for good.</summary>
public readonly record struct FrameReading
{
    private readonly uint _detail;

    private FrameReading(FrameOutcome outcome, Frame frame, uint detail)
    {
        Outcome = outcome;
        Frame = frame;
        _detail = detail;
    }

    /// <summary>How it ended.</summary>
    public FrameOutcome Outcome { get; }

    /// <summary>
    /// Whether the frame's payload is lent from <see cref="ArrayPool{T}.Shared"/>. Whoever is done with it may give it back by
    /// <see cref="GiveBack"/>, once, and nobody who has it may look at it after that; who does not give it back keeps it.
    /// </summary>
    public bool IsLent { get; private init; }

    /// <summary>
    /// The frame, with a payload of its own, when <see cref="Outcome"/> is <see cref="FrameOutcome.Complete"/>.
    /// </summary>
    public Frame Frame { get; }

    /// <summary>Whether the link must be closed.</summary>
    public bool IsError => Outcome is FrameOutcome.Oversized or FrameOutcome.Empty or FrameOutcome.UnknownKind;

    /// <summary>Why the link must be closed, for the log and for the peer; empty when there is no error.</summary>
    public string Reason => Outcome switch
    {
        FrameOutcome.NeedMore or FrameOutcome.Complete => "",
        FrameOutcome.Oversized => $"a frame of {_detail} bytes is over the limit",
        FrameOutcome.Empty => "a frame has no kind",
        FrameOutcome.UnknownKind => $"frame kind {_detail} is unknown",
        _ => throw new UnreachableException($"No reason for {Outcome}."),
    };

    /// <summary>Gives the payload back if it is lent.</summary>
    public void GiveBack()
    {
        if (IsLent && MemoryMarshal.TryGetArray(Frame.Payload, out var lent))
            ArrayPool<byte>.Shared.Return(lent.Array!);
    }

    internal static FrameReading NeedMore => default;

    internal static FrameReading Empty => new(FrameOutcome.Empty, default, 0);

    internal static FrameReading Complete(Frame frame, bool isLent) => new(FrameOutcome.Complete, frame, 0) { IsLent = isLent };

    internal static FrameReading Oversized(uint length) => new(FrameOutcome.Oversized, default, length);

    internal static FrameReading UnknownKind(byte kind) => new(FrameOutcome.UnknownKind, default, kind);
}
