namespace Akka.Registry.Security;

/// <summary>
/// One right on one service, or on all whose names begin alike. Written <c>write:orders</c>, <c>read:orders-*</c>, <c>operator:*</c>.
/// </summary>
/// <param name="Right">The right.</param>
/// <param name="Service">The service's name, or what names begin with.</param>
/// <param name="IsPrefix">Whether it is the beginning of names.</param>
public readonly record struct AccessRule(AccessRight Right, string Service, bool IsPrefix)
{
    /// <summary>How a rule is written, for messages.</summary>
    public const string Notation = "none, read, write or operator, a colon, and a service's name or its beginning with a star: read:orders-*";

    private const int ServiceLengthMax = 128;

    /// <summary>Reads a rule.</summary>
    /// <returns>False when the text is none; <see cref="Notation"/> says how one is written.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out AccessRule rule)
    {
        rule = default;
        var colon = text.IndexOf(':');
        if (colon < 0 || !TryParseRight(text[..colon], out var right))
            return false;
        var service = text[(colon + 1)..];
        var isPrefix = service is [.., '*'];
        if (isPrefix)
            service = service[..^1];
        if ((service.IsEmpty && !isPrefix) || service.Length > ServiceLengthMax)
            return false;
        foreach (var c in service)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
                return false;
        }

        rule = new AccessRule(right, service.ToString(), isPrefix);
        return true;
    }

    /// <summary>A right's name.</summary>
    public static string NameOf(AccessRight right) => right switch
    {
        AccessRight.None => "none",
        AccessRight.Read => "read",
        AccessRight.Write => "write",
        AccessRight.Operator => "operator",
        _ => throw new System.Diagnostics.UnreachableException($"No name for {right}."),
    };

    /// <summary>As it is written.</summary>
    public override string ToString() => $"{NameOf(Right)}:{Service}{(IsPrefix ? "*" : "")}";

    private static bool TryParseRight(ReadOnlySpan<char> text, out AccessRight right)
    {
        for (right = AccessRight.None; right <= AccessRight.Operator; right++)
        {
            if (text.SequenceEqual(NameOf(right)))
                return true;
        }

        return false;
    }
}
