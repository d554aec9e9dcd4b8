namespace Akka.Registry.Security;

/// <summary>Cursors of those who do not see everything: a cursor says what was told, and holds only for who sees as much.</summary>
/// <remarks>
/// The mark of what can be seen stands behind the cursor. Who comes with another one, or with none, begins with a snapshot: what they see
/// now and did not then would be missing otherwise. The mark is the same at every node with the same rules.
/// </remarks>
internal static class SeenCursor
{
    private const char Separator = '~';

    /// <summary>A cursor for who sees as the rules say.</summary>
    public static string Of(string cursor, AccessRules rules) => rules.ReadsEverything ? cursor : $"{cursor}{Separator}{rules.Mark}";

    /// <summary>The cursor that a reader brings, without its mark; null to begin with a snapshot.</summary>
    public static string? Read(string? cursor, AccessRules rules)
    {
        if (cursor is null)
            return null;
        var at = cursor.LastIndexOf(Separator);
        var (bare, mark) = at < 0 ? (cursor, "") : (cursor[..at], cursor[(at + 1)..]);
        return mark == rules.Mark ? bare : null;
    }
}
