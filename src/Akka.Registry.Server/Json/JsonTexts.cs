using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Akka.Registry.Server.Json;

/// <summary>
/// Texts of a parsed document: the parser takes bytes that are not UTF-8, and halves of surrogate pairs, and only who asks for the text
/// finds out.
/// </summary>
internal static class JsonTexts
{
    /// <summary>Whether all texts of a value are valid ones, names of members included.</summary>
    public static bool AreValid(JsonElement value)
    {
        var json = JsonMarshal.GetRawUtf8Value(value);
        // Half a pair comes of an escape alone.
        return Utf8.IsValid(json) && (json.IndexOf("\\u"u8) < 0 || value.ValueKind switch
        {
            JsonValueKind.String => IsText(value),
            JsonValueKind.Array => value.EnumerateArray().All(AreValid),
            JsonValueKind.Object => value.EnumerateObject().All(static member => IsText(member) && AreValid(member.Value)),
            _ => true,
        });
    }

    private static bool IsText(JsonElement value)
    {
        try
        {
            return value.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsText(JsonProperty member)
    {
        try
        {
            return member.Name is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
