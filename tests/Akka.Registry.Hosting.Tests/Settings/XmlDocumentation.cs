using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Akka.Registry.Hosting.Settings;

namespace Akka.Registry.Hosting.Tests.Settings;

/// <summary>The doc comments of options, from the XML files that lie beside their assemblies, as plain text.</summary>
internal sealed partial class XmlDocumentation
{
    private readonly Dictionary<string, Dictionary<string, XElement>> _membersByAssembly = [];

    /// <summary>The paragraphs of a record's summary and remarks.</summary>
    public IReadOnlyList<string> Of(Type type) => Of(type, $"T:{type.FullName}");

    /// <summary>The paragraphs of a property's summary and remarks.</summary>
    public IReadOnlyList<string> Of(PropertyInfo property) =>
        Of(property.DeclaringType!, $"P:{property.DeclaringType!.FullName}.{property.Name}");

    private IReadOnlyList<string> Of(Type type, string id)
    {
        if (!_membersByAssembly.TryGetValue(type.Assembly.Location, out var members))
        {
            members = XDocument.Load(Path.ChangeExtension(type.Assembly.Location, ".xml"))
                .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);
            _membersByAssembly.Add(type.Assembly.Location, members);
        }

        return members.TryGetValue(id.Replace('+', '.'), out var member)
            ? [.. member.Elements().Where(part => part.Name.LocalName is "summary" or "remarks").SelectMany(Paragraphs)]
            : [];
    }

    private static IEnumerable<string> Paragraphs(XElement part)
    {
        var text = "";
        foreach (var node in part.Nodes())
        {
            if (node is XElement { Name.LocalName: "para" } paragraph)
            {
                if (Collapse(text) is { Length: > 0 } before)
                    yield return before;
                text = "";
                yield return Collapse(string.Concat(paragraph.Nodes().Select(Text)));
            }
            else
            {
                text += Text(node);
            }
        }

        if (Collapse(text) is { Length: > 0 } rest)
            yield return rest;
    }

    /// <summary>A reference to a property or a case is its key; one to anything else is its name.</summary>
    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "seealso" } see when see.Attribute("cref")?.Value is { } id =>
            id[0] is 'P' or 'F' ? SettingKeys.ToKebabCase(LastName(id)) : LastName(id),
        XElement { Name.LocalName: "see" } see when see.Attribute("langword")?.Value is { } word => word,
        XElement { Name.LocalName: "see" or "seealso" } link when link.IsEmpty => link.Attribute("href")?.Value ?? "",
        XElement element => string.Concat(element.Nodes().Select(Text)),
        _ => "",
    };

    private static string LastName(string id) => id[(id.LastIndexOfAny(['.', ':']) + 1)..];

    private static string Collapse(string text) => WhiteSpace().Replace(text, " ").Trim();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WhiteSpace();
}
