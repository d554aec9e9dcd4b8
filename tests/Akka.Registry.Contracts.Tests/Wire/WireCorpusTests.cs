using System.Buffers;
using Google.Protobuf;
using Shouldly;
using Xunit;

namespace Akka.Registry.Contracts.Tests.Wire;

/// <summary>
/// What earlier builds put on the wire is read as they meant it, and what later ones add is passed over: nodes of two versions stand side by
/// side during an upgrade.
/// </summary>
public sealed class WireCorpusTests
{
    private const string Rewrite = "AKREG_WRITE_WIRE_CORPUS";
    private const int VariantsMax = 16;

    // Field 1,998, a number; field 1,999, bytes: what a later version may say beside.
    private static readonly byte[] Unknown = [0xF0, 0x7C, 0x2A, 0xFA, 0x7C, 0x03, 1, 2, 3];

    private static readonly FrameLimits Limits = FrameLimits.Peer;

    public static TheoryData<int> Recorded => [.. Enumerable.Range(0, RecordedFrame.ReadAll().Count)];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_recorded_frame_says_what_it_said(int index)
    {
        var recorded = RecordedFrame.ReadAll()[index];
        var buffer = new ReadOnlySequence<byte>(recorded.Bytes);

        var reading = FrameReader.Read(ref buffer, Limits);

        reading.Outcome.ShouldBe(FrameOutcome.Complete);
        buffer.IsEmpty.ShouldBeTrue();
        reading.Frame.Kind.ShouldBe(recorded.Kind);
        RecordedFrame.Describe(Parse(reading.Frame)).ShouldBe(recorded.Json);
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Fields_of_a_later_version_are_passed_over(int index)
    {
        var recorded = RecordedFrame.ReadAll()[index];
        var later = new Frame(recorded.Kind, (byte[])[.. recorded.Bytes.AsSpan(Frame.HeaderBytes), .. Unknown]);

        RecordedFrame.Describe(Parse(later)).ShouldBe(recorded.Json);
    }

    /// <summary>Beats are decoded by hand: their message is closed, and what would stand beside needs a kind of its own.</summary>
    [Fact]
    public void The_one_message_that_no_field_may_join_refuses_it()
    {
        var beats = RecordedFrame.ReadAll().Single(recorded => recorded.Kind == FrameKind.SessionBeats).Bytes.AsSpan(Frame.HeaderBytes);
        LeasePack.TryRead(beats, out var pack).ShouldBeTrue();
        pack.Count.ShouldBe(1);
        pack[0].ShouldBe(1_000_000_000_000ul);
        LeasePack.TryRead((byte[])[.. beats, .. Unknown], out _).ShouldBeFalse();
    }

    [Fact]
    public void Every_kind_of_frame_and_every_field_is_recorded()
    {
        var (missing, frames) = Missing();
        if (Environment.GetEnvironmentVariable(Rewrite) is not null)
        {
            RecordedFrame.Append(frames);
            (missing, _) = Missing();
        }

        missing.ShouldBeEmpty($"new on the wire: record them with {Rewrite}=1, and see that only lines were added");
    }

    /// <summary>What no recorded frame shows, and frames that do.</summary>
    private static (List<string> Names, List<RecordedFrame> Frames) Missing()
    {
        var recorded = RecordedFrame.ReadAll();
        var kinds = recorded.Select(frame => frame.Kind).ToHashSet();
        var shown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var frame in recorded)
            FrameSample.CollectSet(Parse(new Frame(frame.Kind, frame.Bytes.AsMemory(Frame.HeaderBytes))), shown);
        var (names, frames) = (new List<string>(), new List<RecordedFrame>());
        foreach (var kind in Enum.GetValues<FrameKind>())
        {
            var descriptor = FrameSample.DescriptorOf(kind);
            var fields = new HashSet<string>(StringComparer.Ordinal);
            FrameSample.CollectFields(descriptor, fields);
            var absent = fields.Except(shown).ToList();
            names.AddRange(absent);
            if (!kinds.Contains(kind))
                names.Add(kind.ToString());
            for (var variant = 0; variant < VariantsMax && (!kinds.Contains(kind) || absent.Count > 0); variant++)
            {
                var sample = FrameSample.Make(descriptor, variant);
                var set = new HashSet<string>(StringComparer.Ordinal);
                FrameSample.CollectSet(sample, set);
                if (kinds.Contains(kind) && !absent.Exists(set.Contains))
                    continue;
                kinds.Add(kind);
                shown.UnionWith(set);
                absent.RemoveAll(set.Contains);
                frames.Add(RecordedFrame.Of(kind, sample));
            }
        }

        return (names, frames);
    }

    private static IMessage Parse(Frame frame) => FrameSample.DescriptorOf(frame.Kind).Parser.ParseFrom(frame.Payload.Span);
}
