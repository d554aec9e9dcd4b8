namespace Akka.Registry.Hosting.Hocon;

/// <summary>The place that a value was written at, so that whoever rejects it can say where to mend it.</summary>
/// <param name="Source">A file's path, the name of a text, or <c>environment variable NAME</c>.</param>
/// <param name="Line">Counted from 1; 0 when the source has no lines.</param>
/// <param name="Column">Counted from 1 in UTF-16 units; 0 when the source has no lines.</param>
public readonly record struct HoconOrigin(string Source, int Line, int Column)
{
    /// <summary>The place as <c>file:line:column</c>, the form that editors and terminals make clickable.</summary>
    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}:{Column}";
}
