using System.Net.Http.Headers;
using System.Text;

namespace Akka.Registry.Server.Security;

/// <summary>The token that a request shows.</summary>
internal static class HttpToken
{
    /// <summary>
    /// That of <c>Authorization</c>: a bearer token, or the password of basic authentication, whatever the user's name; empty for none.
    /// </summary>
    public static string Of(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        if (header.Count == 0 || !AuthenticationHeaderValue.TryParse(header[0], out var value) || value.Parameter is not { Length: > 0 } parameter)
            return "";
        if (value.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return parameter;
        return value.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) ? PasswordOf(parameter) : "";
    }

    /// <summary>Behind the first colon: RFC 7617, section 2.</summary>
    private static string PasswordOf(string parameter)
    {
        Span<byte> bytes = new byte[parameter.Length];
        if (!Convert.TryFromBase64String(parameter, bytes, out var length))
            return "";
        var text = Encoding.UTF8.GetString(bytes[..length]);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? "" : text[(colon + 1)..];
    }
}
