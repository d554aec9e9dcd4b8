using System.Buffers;
using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace Akka.Registry.Contracts.Tests.Wire;

/// <summary>A frame as it stood on the wire once, and what it said.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Bytes">All of it, length and kind included.</param>
/// <param name="Json">Its message in protobuf's JSON.</param>
internal sealed record RecordedFrame(FrameKind Kind, byte[] Bytes, string Json)
{
    private const string Header =
        """
        # Frames of wire version 1, each with what it says, as a version wrote them that somebody may still run: lines are added,
        # by the tests of contracts under AKREG_WRITE_WIRE_CORPUS=1, for kinds and fields that are new; none is ever changed or taken out.
        """;

    /// <summary>As protobuf's JSON has it; fields at their defaults are left out.</summary>
    public static string Describe(IMessage message) => JsonFormatter.Default.Format(message);

    /// <summary>A frame of that message.</summary>
    public static RecordedFrame Of(FrameKind kind, IMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        FrameWriter.Write(buffer, Frame.Of(kind, message));
        return new RecordedFrame(kind, buffer.WrittenSpan.ToArray(), Describe(message));
    }

    /// <summary>Everything that was recorded.</summary>
    public static List<RecordedFrame> ReadAll([CallerFilePath] string here = "")
    {
        var path = PathOf(here);
        if (!File.Exists(path))
            return [];
        var lines = File.ReadAllLines(path).Where(line => line.Length > 0 && line[0] != '#').ToList();
        return [.. lines.Chunk(2).Select(pair => new RecordedFrame(
            Enum.Parse<FrameKind>(pair[0].Split(' ')[0]), Convert.FromHexString(pair[0].Split(' ')[1]), pair[1].Trim()))];
    }

    /// <summary>Adds frames at the end.</summary>
    public static void Append(IEnumerable<RecordedFrame> frames, [CallerFilePath] string here = "")
    {
        var path = PathOf(here);
        var text = File.Exists(path) ? "" : Header + "\n";
        foreach (var frame in frames)
            text += $"\n{frame.Kind} {Convert.ToHexStringLower(frame.Bytes)}\n  {frame.Json}\n";
        File.AppendAllText(path, text);
    }

    private static string PathOf(string here) => Path.Combine(Path.GetDirectoryName(here)!, "v1.frames");
}
