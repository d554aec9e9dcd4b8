using Akka.Registry.Actors;
using Akka.Registry.Client;
using Akka.Registry.Cluster;
using Akka.Registry.Hosting.Hocon;
using Akka.Registry.Hosting.Settings;
using Akka.Registry.Remoting;
using Akka.Registry.Server.Consul;

namespace Akka.Registry.Fuzz.Targets;

/// <summary>Configuration files.</summary>
internal sealed class HoconTarget() : FuzzTarget("hocon")
{
    private static readonly string[] Parts =
    [
        "akka", "registry", "a", "b", ".", "{", "}", "[", "]", "=", ":", "+=", ",", "\n", "\"", "\"\"\"", "${a}", "${?b}", "${a.b}", "#x\n",
            "//x\n", "include \"x\"\n", "1", "-", "10s", "64 KiB",
        "true", "null", "\\u0041", "\\n", " ", "\t", "\ufeff", "include file(\"x\")", "include required(\"x\")", "é",
    ];

    private static readonly string[] Names = ["a", "b", "b.c", "\"d e\"", "a.b.c", "list"];

    // Substitutions may make much of little, within limits of their own.
    public override long AllocatedBytesMax => 64 * 1024 * 1024;

    public override double Share => 0.5;

    public override IEnumerable<byte[]> Seeds => InputText.OfAll(
        "akka.registry { node.name = node-1\n transport { port = 4053, host = \"127.0.0.1\" } }",
        "a { b = 1, c = ${a.b} }\nbase { x = 1 }\na.d = ${base} { e = [1, 2] }\nf = ${a.c} text \"quoted\"\ng = \"\"\"raw\"\"\"\ng2 += 1",
            "list = [1\n2, {x:y}]\n# note\n// note\nx = 10s");

    public override IReadOnlyList<byte[]> Words => InputText.OfAll(Parts);

    public override byte[] Make(Random random) => InputText.Of(random.Next(2) == 0
        ? string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => Parts[random.Next(Parts.Length)]))
        : Fields(random, 0));

    private static string Fields(Random random, int depth) => string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ =>
        $"{Names[random.Next(Names.Length)]} {(random.Next(4) == 0 ? "+=" : "=")} {Value(random, depth)}{(random.Next(2) == 0 ? "\n" : ", ")}"));

    private static string Value(Random random, int depth) => (depth < 5 ? random.Next(8) : random.Next(5)) switch
    {
        0 => "text of words",
        1 => "${?a}",
        2 => "${b.c}",
        3 => "\"quoted\\n\"",
        4 => "17",
        5 => $"[{Value(random, depth + 1)}, {Value(random, depth + 1)}]",
        6 => $"{Value(random, depth + 1)} {Value(random, depth + 1)}",
        _ => $"{{ {Fields(random, depth + 1)} }}",
    };

    public override FuzzOutcome Decode(byte[] input)
    {
        try
        {
            return FuzzOutcome.Read(HoconDocument.Parse(InputText.Text(input), environment: static _ => null), "read");
        }
        catch (HoconException refusal)
        {
            return FuzzOutcome.Refused(new string([.. refusal.Problem.Where(char.IsAsciiLetter).Take(50)]));
        }
    }
}

/// <summary>Durations, sizes, addresses: small texts that come in from files, switches, queries and metadata.</summary>
internal sealed class TextTarget() : FuzzTarget("texts")
{
    public override int LengthMax => 512;

    public override IEnumerable<byte[]> Seeds => InputText.OfAll(
        "10s", "1m30s", "1h0m0s", "1.5h", "-5µs", "0", "500ms", "10 seconds", "64 KiB", "1 MB", "127.0.0.1:4053", "[::1]:4053",
            "host.example.org:1", "/user/registry", "0000000000000001",
        "999999999999999999ns");

    public override IReadOnlyList<byte[]> Words => InputText.OfAll(
        "1", "9", "999999999999999999", ".", "-", "+", "h", "m", "s", "ms", "us", "µs", "ns", "d", " ", "KiB", "MB", "GiB", "infinite", ":", "[",
            "]", "/", "user", "::", "e5", "0x", "٣", "\0");

    public override byte[] Make(Random random) => [.. Enumerable.Range(0, 1 + random.Next(8)).SelectMany(_ => Words[random.Next(Words.Count)])];

    public override FuzzOutcome Decode(byte[] input)
    {
        var text = InputText.Text(input);
        var read = new List<string>();
        Note(read, "go", GoDuration.TryParse(text, out var go), () => GoDuration.TryParse(GoDuration.Format(go), out var again) && again == go);
        // Shown in whole milliseconds; what is below is cut off.
        Note(
            read, "api", Server.Json.DurationText.TryParse(text, out var api),
            () => Server.Json.DurationText.TryParse(Server.Json.DurationText.Format(api), out var again)
                && again == TimeSpan.FromMilliseconds(Math.Truncate(api.TotalMilliseconds)));
        Note(read, "setting", Duration.TryParse(text, out var setting), () => Duration.TryParse(Duration.Format(setting), out var again)
            && again == setting);
        Note(read, "size", ByteSize.TryParse(text, out var size), () => ByteSize.TryParse(ByteSize.Format(size), out var again) && again == size);
        Note(read, "node", NodeAddress.TryParse(text, out var node), () => NodeAddress.TryParse(node.ToString(), out var again) && again == node);
        Note(read, "endpoint", NodeEndpoint.TryParse(text, out var endpoint), () => NodeEndpoint.TryParse(endpoint.ToString(), out var again)
            && again == endpoint);
        Note(read, "path", ActorPath.TryParse(text, out var path), () => ActorPath.TryParse(path!.Text, out var again) && again.Equals(path));
        var metadata = new Dictionary<string, string>
        {
            [RemoteActorAddress.NodeKey] = text, [RemoteActorAddress.ActorKey] = text, [RemoteActorAddress.PathKey] = "/user/x",
                [RemoteActorAddress.ProtocolKey] = text,
        };
        Note(read, "actor", RemoteActorAddress.TryRead(metadata, out var actor), () =>
            RemoteActorAddress.TryRead(actor!.ToMetadata().ToDictionary(), out var again) && again == actor);
        return read.Count > 0 ? FuzzOutcome.Read(text, string.Join(' ', read)) : FuzzOutcome.Refused("nothing");
    }

    private static void Note(List<string> read, string what, bool isRead, Func<bool> isSameAgain)
    {
        if (!isRead)
            return;
        if (!isSameAgain())
            throw new FuzzFinding($"as {what} it is read otherwise once it was written");
        read.Add(what);
    }
}
