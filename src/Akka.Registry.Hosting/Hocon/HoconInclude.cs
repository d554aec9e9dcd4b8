namespace Akka.Registry.Hosting.Hocon;

/// <summary>
/// An include statement: <c>include "file"</c>, <c>include file("file")</c> or <c>include required(…)</c> around
/// either. What it names is looked for beside the including file; a file without extension is looked for as
/// <c>.json</c> and <c>.conf</c>, and both are taken. A missing file is no error unless it is required.
/// </summary>
internal sealed record HoconInclude(HoconOrigin Origin, string Name, bool IsRequired)
{
    private const string Forms = "include \"file\", include file(\"file\") or include required(file(\"file\"))";

    /// <summary>Takes the statement if the unquoted word <c>include</c> begins here; else takes nothing.</summary>
    public static HoconInclude? TryTake(HoconScanner scanner)
    {
        if (!StartsHere(scanner))
            return null;

        var origin = scanner.Here;
        scanner.TryTake("include");
        scanner.TakeSpaceAndComments();
        var isRequired = TryOpen(scanner, "required(");
        var isFile = TryOpen(scanner, "file(");
        if (scanner.Peek() != '"')
        {
            throw new HoconException(
                scanner.Here, $"Expected a file's name in double quotes after include, found {scanner.Describe()}.",
                $"Write {Forms}; a key of that name stands in double quotes.");
        }

        var name = scanner.TakeQuoted();
        if (isFile)
            Close(scanner);
        if (isRequired)
            Close(scanner);
        return new HoconInclude(origin, name, isRequired);
    }

    /// <summary>Parses what is included.</summary>
    /// <returns>The root; null when there is no such file and none is required.</returns>
    public HoconNode? Load(HoconReading reading, string? directory, IReadOnlyList<string> at, int depth)
    {
        if (Name.Length == 0 || Name.Contains('\0', StringComparison.Ordinal))
            throw new HoconException(Origin, "What is included is no file's name.", $"Write {Forms}.");
        if (directory is null && !Path.IsPathRooted(Name))
        {
            throw new HoconException(
                Origin, $"'{Name}' is relative to the including file, but this text came from no file.",
                "Write an absolute path.");
        }

        var path = directory is null ? Name : Path.Combine(directory, Name);
        var root = Path.HasExtension(Name)
            ? reading.ParseFile(path, Origin, at, depth)
            : Merge(
                reading.ParseFile(path + ".json", Origin, at, depth),
                reading.ParseFile(path + ".conf", Origin, at, depth));

        return root is null && IsRequired
            ? throw new HoconException(
                Origin, $"The required file '{path}' does not exist.",
                "Create it, or write include without required(…) if it may be missing.")
            : root;
    }

    private static HoconNode? Merge(HoconNode? json, HoconNode? conf)
    {
        if (json is HoconNode.Object lower && conf is HoconNode.Object upper)
        {
            lower.Merge(upper);
            return lower;
        }

        return conf ?? json;
    }

    /// <summary>
    /// The word, and then neither more of a key nor a separator that would make it one: "include" as a key has to be
    /// quoted, and the error says so.
    /// </summary>
    private static bool StartsHere(HoconScanner scanner)
    {
        const string word = "include";
        for (var i = 0; i < word.Length; i++)
        {
            if (scanner.Peek(i) != word[i])
                return false;
        }

        return scanner.Peek(word.Length) is -1 or ' ' or '\t' or '\r' or '\n' or '"' or ':' or '=' or '{' or '+';
    }

    private static bool TryOpen(HoconScanner scanner, string opening)
    {
        if (!scanner.TryTake(opening))
            return false;
        scanner.TakeSpaceAndComments();
        return true;
    }

    private static void Close(HoconScanner scanner)
    {
        scanner.TakeSpaceAndComments();
        if (!scanner.TryTake(")"))
        {
            throw new HoconException(
                scanner.Here, $"Expected ')' after the file's name, found {scanner.Describe()}.", $"Write {Forms}.");
        }
    }
}
