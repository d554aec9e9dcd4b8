using Akka.Registry.Hosting.Hocon;
using Shouldly;

namespace Akka.Registry.Hosting.Tests.Hocon;

/// <summary>Reads HOCON and writes the tree in one form, so that a test is one line.</summary>
internal static class Read
{
    private static readonly Dictionary<string, string> Environment = new()
    {
        ["HOME"] = "/home/ada", ["EMPTY"] = "", ["a"] = "environment",
    };

    /// <summary>The tree with strings bare, fields in the order of their first mention, and no white space.</summary>
    public static string Tree(string text) => Compact(Root(text));

    public static HoconValue.Object Root(string text) =>
        HoconDocument.Parse(text, "test.conf", environment: Environment.GetValueOrDefault);

    /// <summary>The place and message of the error that the text has.</summary>
    public static HoconException Error(string text) => Should.Throw<HoconException>(() => Root(text));

    public static string Compact(HoconValue value) => value switch
    {
        HoconValue.Null => "null",
        HoconValue.Scalar scalar => scalar.Text,
        HoconValue.List list => $"[{string.Join(",", list.Items.Select(Compact))}]",
        HoconValue.Object fields => $"{{{string.Join(",", fields.Fields.Select(f => $"{f.Key}:{Compact(f.Value)}"))}}}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
