using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Akka.Registry.Cluster.Seeds;

/// <summary>One question for SRV records, and its answer, as DNS messages.</summary>
/// <remarks>RFC 1035, section 4; RFC 2782 for SRV; RFC 6891 for the size of answers by UDP. Priorities and weights are not looked at.</remarks>
/// <param name="name">The name, of labels of 1 to 63 ASCII characters, without a final dot.</param>
/// <param name="id">Tells its answer from others.</param>
internal sealed class SrvQuery(string name, ushort id)
{
    /// <summary>The largest answer by UDP that is asked for.</summary>
    public const int AnswerBytesMax = 4_096;

    private const int HeaderBytes = 12;
    private const int PointersMax = 64;
    private const ushort TypeSrv = 33;
    private const ushort TypeOpt = 41;
    private const ushort ClassIn = 1;
    private const byte RecursionDesired = 0x01;
    private const byte IsResponse = 0x80;
    private const byte Truncated = 0x02;
    private const int NoSuchName = 3;

    /// <summary>The question on the wire.</summary>
    public byte[] Encode()
    {
        var message = new List<byte>(HeaderBytes + name.Length + 17);
        Add(message, id, RecursionDesired << 8, 1, 0, 0, 1);
        AddQuestion(message);
        message.Add(0);                             // The root's name: of the OPT record.
        Add(message, TypeOpt, AnswerBytesMax, 0, 0, 0);
        return [.. message];
    }

    /// <summary>Whether the message answers this question.</summary>
    public bool IsAnswer(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderBytes || Number(message, 0) != id || (message[2] & IsResponse) == 0 || Number(message, 4) != 1)
            return false;
        var question = new List<byte>();
        AddQuestion(question);
        if (message.Length < HeaderBytes + question.Count)
            return false;
        for (var i = 0; i < question.Count; i++)
        {
            if (Lower(message[HeaderBytes + i]) != Lower(question[i]))
                return false;
        }

        return true;
    }

    /// <summary>Whether the answer is longer than what came of it.</summary>
    public static bool IsCut(ReadOnlySpan<byte> answer) => (answer[2] & Truncated) != 0;

    /// <summary>The nodes of an answer; none when there is no such name.</summary>
    /// <exception cref="IOException">The server could not say, or said what cannot be read.</exception>
    public static IReadOnlyList<NodeAddress> Read(ReadOnlySpan<byte> answer)
    {
        var code = answer[3] & 0x0F;
        if (code == NoSuchName)
            return [];
        if (code != 0)
            throw new IOException($"The name server answers with the code {code}.");
        try
        {
            return ReadRecords(answer);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Unreadable();
        }
    }

    private static List<NodeAddress> ReadRecords(ReadOnlySpan<byte> answer)
    {
        var nodes = new List<NodeAddress>();
        var at = HeaderBytes;
        for (var questions = Number(answer, 4); questions > 0; questions--)
            at = SkipName(answer, at) + 4;
        for (var records = Number(answer, 6); records > 0; records--)
        {
            at = SkipName(answer, at);
            var (type, dataAt) = (Number(answer, at), at + 10);
            var length = Number(answer, at + 8);
            at = dataAt + length;
            if (at > answer.Length)
                throw Unreadable();
            if (type != TypeSrv)
                continue;
            var (port, target) = (Number(answer, dataAt + 4), ReadName(answer, dataAt + 6));
            // A target of "." says that the service is not there; what is no address is no node.
            if (target.Length > 0 && NodeAddress.TryParse(string.Create(CultureInfo.InvariantCulture, $"{target}:{port}"), out var node)
                && !nodes.Contains(node))
                nodes.Add(node);
        }

        return nodes;
    }

    private static int SkipName(ReadOnlySpan<byte> message, int at)
    {
        while (true)
        {
            int length = At(message, at);
            if (length == 0)
                return at + 1;
            if (length >= 0xC0)
                return at + 2;
            at += 1 + length;
        }
    }

    private static string ReadName(ReadOnlySpan<byte> message, int at)
    {
        var name = new StringBuilder();
        for (var pointers = 0; pointers < PointersMax;)
        {
            int length = At(message, at);
            if (length == 0)
                return name.ToString();
            if (length >= 0xC0)
            {
                at = ((length & 0x3F) << 8) | At(message, at + 1);
                pointers++;
                continue;
            }

            if (name.Length > 0)
                name.Append('.');
            name.Append(Encoding.ASCII.GetString(message.Slice(at + 1, length)));
            if (name.Length > 255)
                break;
            at += 1 + length;
        }

        throw Unreadable();
    }

    private void AddQuestion(List<byte> message)
    {
        foreach (var label in name.Split('.'))
        {
            message.Add((byte)label.Length);
            message.AddRange(Encoding.ASCII.GetBytes(label));
        }

        message.Add(0);
        Add(message, TypeSrv, ClassIn);
    }

    private static void Add(List<byte> message, params ReadOnlySpan<int> numbers)
    {
        foreach (var number in numbers)
        {
            message.Add((byte)(number >> 8));
            message.Add((byte)number);
        }
    }

    private static byte At(ReadOnlySpan<byte> message, int at) => message.Slice(at, 1)[0];

    private static int Number(ReadOnlySpan<byte> message, int at) => BinaryPrimitives.ReadUInt16BigEndian(message.Slice(at, 2));

    private static byte Lower(byte letter) => letter is >= (byte)'A' and <= (byte)'Z' ? (byte)(letter | 0x20) : letter;

    private static IOException Unreadable() => new("The name server's answer cannot be read.");
}
