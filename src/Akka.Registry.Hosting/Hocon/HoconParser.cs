namespace Akka.Registry.Hosting.Hocon;

/// <summary>Parses one file or text to nodes; substitutions stay for <see cref="HoconResolver"/>.</summary>
/// <remarks>
/// Facts from the HOCON specification, https://github.com/lightbend/config/blob/main/HOCON.md. Not supported:
/// <c>include url(…)</c> and <c>classpath(…)</c>, and lists from environment variables (<c>${NAME[]}</c>).
/// </remarks>
/// <param name="scanner">The text.</param>
/// <param name="reading">The document that the text is part of.</param>
/// <param name="directory">Where included files are looked for; null when the text came from no file.</param>
/// <param name="includedAt">The path of the object that includes this text; empty for the first.</param>
/// <param name="depth">Levels that this text is nested in already.</param>
internal sealed class HoconParser(
    HoconScanner scanner,
    HoconReading reading,
    string? directory,
    IReadOnlyList<string> includedAt,
    int depth)
{
    private int _depth = depth;

    /// <summary>The whole text: an object, with or without its braces, or a list.</summary>
    public HoconNode ParseDocument()
    {
        scanner.TakeSpaceAndComments();
        var start = scanner.Here;
        HoconNode root;
        switch (scanner.Peek())
        {
            case '[':
                root = ParseList();
                break;
            case '{':
                var braced = new HoconNode.Object(start);
                ParseBraced(braced, includedAt);
                root = braced;
                break;
            default:
                var bare = new HoconNode.Object(start);
                ParseFields(bare, includedAt);
                root = bare;
                break;
        }

        scanner.TakeSpaceAndComments();
        return scanner.Peek() < 0
            ? root
            : throw new HoconException(
                scanner.Here,
                $"Expected the end of the text, found {scanner.Describe()}.",
                "Balance the brackets: each closing one needs an opening one.");
    }

    private void ParseBraced(HoconNode.Object target, IReadOnlyList<string>? path)
    {
        var opened = scanner.Here;
        scanner.Take();
        Enter(opened);
        ParseFields(target, path);
        if (!scanner.TryTake("}"))
        {
            throw new HoconException(
                scanner.Here,
                $"Expected '}}' or a key, found {scanner.Describe()}; the '{{' stands at {opened}.",
                "Close the object with '}'.");
        }

        _depth--;
    }

    /// <summary>The fields of an object up to its end, which is left to the caller.</summary>
    /// <param name="target">Receives them.</param>
    /// <param name="path">Of the object, from the root; null inside a list, which no path leads into.</param>
    private void ParseFields(HoconNode.Object target, IReadOnlyList<string>? path)
    {
        scanner.TakeSpaceAndComments();
        while (scanner.Peek() is not (-1 or '}' or ']'))
        {
            if (!TryParseInclude(target, path))
                ParseField(target, path);
            if (!TakeSeparator("}"))
                break;
        }
    }

    private void ParseField(HoconNode.Object target, IReadOnlyList<string>? path)
    {
        var keyAt = scanner.Here;
        var key = HoconPathReader.Take(scanner);
        var entered = key.Count - 1;
        for (var i = 0; i < entered; i++)
            Enter(keyAt);

        scanner.TakeSpaceAndComments();
        IReadOnlyList<string>? fieldPath = path is null ? null : [.. path, .. key];
        HoconNode value;
        if (scanner.TryTake("+="))
        {
            scanner.TakeSpaceAndComments();
            value = ParseAppended(fieldPath, keyAt);
        }
        else
        {
            if (scanner.Peek() is ':' or '=')
                scanner.Take();
            else if (scanner.Peek() != '{')
                throw NoSeparator(key);
            scanner.TakeSpaceAndComments();
            value = ParseValue(fieldPath);
        }

        _depth -= entered;
        for (var i = key.Count - 1; i > 0; i--)
            value = Wrap(key[i], value, keyAt);
        target.Slot(key[0]).Assign(value);
    }

    private static HoconNode.Object Wrap(string key, HoconNode value, HoconOrigin origin)
    {
        var wrapper = new HoconNode.Object(origin);
        wrapper.Slot(key).Assign(value);
        return wrapper;
    }

    private HoconException NoSeparator(IReadOnlyList<string> key) => new(
        scanner.Here,
        $"Expected ':', '=', '+=' or '{{' after the key '{string.Join('.', key)}', found {scanner.Describe()}.",
        "Write key = value; a value that holds special characters stands in double quotes.");

    private HoconNode.Append ParseAppended(IReadOnlyList<string>? path, HoconOrigin keyAt)
    {
        if (path is null)
        {
            throw new HoconException(
                keyAt, "'+=' inside an element of a list has no path to append to.", "Write the whole list with '='.");
        }

        var before = reading.Substitutions;
        var added = new HoconNode.List(scanner.Here);
        added.Items.Add(ParseValue(path: null));
        var isPlain = reading.Substitutions == before;
        reading.CountSubstitution(keyAt);
        var earlier = new HoconNode.Substitution(keyAt, path)
        {
            IsOptional = true, IncludedAt = [], MayReadEnvironment = false,
        };
        return new HoconNode.Append(earlier, added) { IsPlain = isPlain };
    }

    /// <summary>A value: everything up to the end of the line, a comma or a closing bracket, concatenated.</summary>
    private HoconNode ParseValue(IReadOnlyList<string>? path)
    {
        var parts = new List<HoconNode>();
        while (true)
        {
            var at = scanner.Here;
            var space = scanner.TakeSpaceInLine();
            if (scanner.Peek() is -1 or '\n' or ',' or '}' or ']' || scanner.AtComment)
                break;
            if (space.Length > 0 && parts.Count > 0)
                parts.Add(new HoconNode.Space(at, space));
            parts.Add(ParsePart(path));
        }

        return parts switch
        {
            [] => throw new HoconException(
                scanner.Here, $"Expected a value, found {scanner.Describe()}.",
                "Write a value, \"\" for the empty string, or null to unset the key."),
            [var only] => only,
            _ => Concatenate(parts),
        };
    }

    /// <summary>
    /// Objects beside objects, and lists beside lists, are one already: what stands in them may refer to the whole,
    /// as it may in fields that are merged.
    /// </summary>
    private static HoconNode Concatenate(List<HoconNode> parts)
    {
        var structures = parts.FindAll(part => part is not HoconNode.Space);
        switch (structures[0])
        {
            case HoconNode.Object first when structures.TrueForAll(part => part is HoconNode.Object):
                foreach (var part in structures.Skip(1))
                    first.Merge((HoconNode.Object)part);
                return first;
            case HoconNode.List first when structures.TrueForAll(part => part is HoconNode.List):
                foreach (var part in structures.Skip(1))
                    first.Items.AddRange(((HoconNode.List)part).Items);
                return first;
            default:
                return new HoconNode.Concatenation(parts[0].Origin, parts);
        }
    }

    private HoconNode ParsePart(IReadOnlyList<string>? path)
    {
        var at = scanner.Here;
        switch (scanner.Peek())
        {
            case '{':
                var child = new HoconNode.Object(at);
                ParseBraced(child, path);
                return child;
            case '[':
                return ParseList();
            case '"':
                return new HoconNode.Literal(new HoconValue.Scalar(at, scanner.TakeQuoted()));
            case '$' when scanner.Peek(1) == '{':
                return ParseSubstitution();
            default:
                if (!scanner.AtUnquoted)
                {
                    throw new HoconException(
                        at,
                        $"Expected a value, a comma or the end of the line, found {scanner.Describe()}.",
                        "Put the value in double quotes if the character belongs to it.");
                }

                var text = scanner.TakeUnquoted();
                return new HoconNode.Literal(
                    text == "null" ? new HoconValue.Null(at) : new HoconValue.Scalar(at, text));
        }
    }

    private HoconNode.Substitution ParseSubstitution()
    {
        var at = scanner.Here;
        scanner.TryTake("${");
        reading.CountSubstitution(at);
        var isOptional = scanner.TryTake("?");
        var path = HoconPathReader.Take(scanner);
        return scanner.TryTake("}")
            ? new HoconNode.Substitution(at, path)
            {
                IsOptional = isOptional, IncludedAt = includedAt, MayReadEnvironment = true,
            }
            : throw new HoconException(
                scanner.Here,
                $"Expected '}}' at the end of the substitution, found {scanner.Describe()}.",
                "A substitution is ${path} or ${?path} and holds no other substitution.");
    }

    private HoconNode.List ParseList()
    {
        var list = new HoconNode.List(scanner.Here);
        scanner.Take();
        Enter(list.Origin);
        scanner.TakeSpaceAndComments();
        while (scanner.Peek() is not (-1 or ']'))
        {
            list.Items.Add(ParseValue(path: null));
            if (!TakeSeparator("]"))
                break;
        }

        if (!scanner.TryTake("]"))
        {
            throw new HoconException(
                scanner.Here,
                $"Expected ']', a comma or a newline, found {scanner.Describe()}; the '[' stands at {list.Origin}.",
                "Close the list with ']'.");
        }

        _depth--;
        return list;
    }

    /// <summary>Takes what separates two fields or elements: a comma, a newline, or both.</summary>
    /// <returns>False when nothing separates: the object or list ends here.</returns>
    private bool TakeSeparator(string closing)
    {
        var isSeparated = scanner.TakeSpaceAndComments();
        if (scanner.TryTake(","))
        {
            isSeparated = true;
            scanner.TakeSpaceAndComments();
        }

        if (scanner.Peek() == ',')
        {
            throw new HoconException(
                scanner.Here, $"Expected a value or '{closing}' after a comma, found another comma.", "Remove one.");
        }

        return isSeparated;
    }

    /// <summary>Takes an include statement, if one stands where a key would.</summary>
    private bool TryParseInclude(HoconNode.Object target, IReadOnlyList<string>? path)
    {
        if (HoconInclude.TryTake(scanner) is not { } include)
            return false;
        if (include.Load(reading, directory, path ?? [], _depth) is not { } root)
            return true;
        if (root is not HoconNode.Object included)
        {
            throw new HoconException(
                include.Origin, $"'{include.Name}' holds a list; an included file holds an object.", "Name its list.");
        }

        target.Merge(included);
        return true;
    }

    private void Enter(HoconOrigin at)
    {
        if (++_depth > HoconLimits.DepthMax)
        {
            throw new HoconException(
                at, $"Values are nested more than {HoconLimits.DepthMax} levels deep.", "Flatten the structure.");
        }
    }
}
