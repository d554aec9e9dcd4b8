using System.Text;

namespace Akka.Registry.Hosting.Hocon;

/// <summary>Reads path expressions: the keys of fields and the inside of substitutions.</summary>
internal static class HoconPathReader
{
    /// <summary>
    /// Takes a path. "Any . characters outside quoted strings are understood as path separators"; white space between
    /// two parts belongs to the element, at the ends of the path to nobody.
    /// </summary>
    public static IReadOnlyList<string> Take(HoconScanner scanner)
    {
        var start = scanner.Here;
        var elements = new List<string>();
        var element = new StringBuilder();
        var isQuoted = false;
        var sawPart = false;

        while (true)
        {
            var at = scanner.Here;
            var space = scanner.TakeSpaceInLine();
            if (scanner.Peek() == '"')
            {
                element.Append(sawPart ? space : "").Append(scanner.TakeQuoted());
                isQuoted = sawPart = true;
            }
            else if (scanner.AtUnquoted)
            {
                element.Append(sawPart ? space : "");
                sawPart = true;
                foreach (var c in scanner.TakeUnquoted())
                {
                    if (c == '.')
                        Close(at);
                    else
                        element.Append(c);
                }
            }
            else
            {
                break;
            }
        }

        if (!sawPart)
        {
            throw new HoconException(
                scanner.Here,
                $"Expected a key, found {scanner.Describe()}.",
                "Write a name, in double quotes when it holds other characters than letters, digits, '-' and '_'.");
        }

        Close(start);
        return elements;

        void Close(HoconOrigin at)
        {
            if (!isQuoted && string.IsNullOrWhiteSpace(element.ToString()))
            {
                throw new HoconException(
                    at, "A key has an empty element: a dot at its start or end, or two in a row.",
                    "Remove the dot, or write \"\" for an element that is meant to be empty.");
            }

            if (element.Length > HoconLimits.KeyCharactersMax)
            {
                throw new HoconException(
                    at, $"A key is longer than {HoconLimits.KeyCharactersMax} characters.", "Shorten it.");
            }

            elements.Add(element.ToString());
            if (elements.Count > HoconLimits.DepthMax)
            {
                throw new HoconException(
                    at, $"A key has more than {HoconLimits.DepthMax} elements.", "Flatten the structure.");
            }

            element.Clear();
            isQuoted = false;
        }
    }
}
