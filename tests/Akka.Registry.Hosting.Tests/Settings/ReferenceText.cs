using System.Text;
using Akka.Registry.Hosting.Settings;

namespace Akka.Registry.Hosting.Tests.Settings;

/// <summary>
/// Writes options records as the reference file: each key with its default, under its doc comment and its bounds. The
/// file is documentation that cannot grow old, since the text of the code is its only source.
/// </summary>
internal sealed class ReferenceText
{
    private const int ColumnsMax = 110;

    private readonly StringBuilder _text = new();
    private readonly XmlDocumentation _documentation = new();

    private ReferenceText()
    {
    }

    /// <summary>The whole file.</summary>
    /// <param name="heading">What stands above it.</param>
    /// <param name="section">The key of the outermost section, with dots.</param>
    /// <param name="roots">The records; one with an empty key has its properties right in the section.</param>
    public static string Write(string heading, string section, IReadOnlyList<OptionsRoot> roots)
    {
        var reference = new ReferenceText();
        reference.Comment([heading], "");
        reference._text.Append('\n').Append(section).Append(" {\n");
        foreach (var root in roots)
        {
            if (root.Key.Length == 0)
                reference.Properties(root.Shape, root.Defaults, "  ");
            else
            {
                var paragraphs = reference._documentation.Of(root.Shape.Type);
                reference.Section(root.Key, root.Shape, paragraphs, root.Defaults, "  ");
            }
        }

        return reference._text.Append("}\n").ToString();
    }

    private void Properties(SettingShape.Section shape, object options, string indent)
    {
        foreach (var property in shape.Properties)
        {
            var value = property.Property.GetValue(options);
            var paragraphs = _documentation.Of(property.Property);
            if (property.Shape is SettingShape.Section { Type: var type } && _documentation.Of(type) is { Count: > 0 } own)
                paragraphs = own;
            switch (property.Shape)
            {
                case SettingShape.Section section when value is not null:
                    Section(property.Key, section, paragraphs, value, indent);
                    break;
                case SettingShape.Section section:
                    Section(property.Key, section, paragraphs, Activator.CreateInstance(section.Type)!, indent + "# ");
                    break;
                default:
                    Separate(indent);
                    Comment(paragraphs, indent);
                    Comment([Allowed(property)], indent);
                    _text.Append(indent).Append(property.Key).Append(" = ")
                        .Append(SettingText.Write(property.Shape, value)).Append('\n');
                    Elements(property.Shape, indent);
                    break;
            }
        }
    }

    private void Section(
        string key, SettingShape.Section shape, IReadOnlyList<string> paragraphs, object options, string indent)
    {
        Separate(indent);
        Comment(paragraphs, indent);
        _text.Append(indent).Append(SettingKeys.ToPath(key)).Append(" {\n");
        Properties(shape, options, indent + "  ");
        _text.Append(indent).Append("}\n");
    }

    /// <summary>What an element of a list of sections holds, as a comment.</summary>
    private void Elements(SettingShape shape, string indent)
    {
        var element = shape switch
        {
            SettingShape.List { Element: SettingShape.Section own } => own,
            SettingShape.Dictionary { Value: SettingShape.Section own } => own,
            _ => null,
        };
        if (element is null)
            return;
        _text.Append(indent).Append(shape is SettingShape.List ? "# Each element:\n" : "# Each value:\n");
        _text.Append(indent).Append("# {\n");
        Properties(element, Activator.CreateInstance(element.Type)!, indent + "#   ");
        _text.Append(indent).Append("# }\n");
    }

    private static string Allowed(SettingProperty property)
    {
        var format = property.Shape switch
        {
            SettingShape.Scalar scalar => scalar.Format,
            SettingShape.List { Element: SettingShape.Scalar element } => element.Format,
            _ => null,
        };
        var names = format is { Name: var name } && name.StartsWith("one of ", StringComparison.Ordinal) ? name : "";
        var allowed = property.Bounds.Description.Length > 0 ? property.Bounds.Description : names;
        return allowed.Length == 0 ? "" : $"Allowed: {allowed}.";
    }

    /// <summary>An empty line, except at the start of a section.</summary>
    private void Separate(string indent)
    {
        if (!_text.ToString().EndsWith("{\n", StringComparison.Ordinal))
            _text.Append(indent.TrimEnd()).Append('\n');
    }

    private void Comment(IReadOnlyList<string> paragraphs, string indent)
    {
        foreach (var paragraph in paragraphs.Where(paragraph => paragraph.Length > 0))
        {
            var line = indent + "#";
            foreach (var word in paragraph.Split(' '))
            {
                if (line.Length + 1 + word.Length > ColumnsMax)
                {
                    _text.Append(line).Append('\n');
                    line = indent + "#";
                }

                line += " " + word;
            }

            _text.Append(line).Append('\n');
        }
    }
}
