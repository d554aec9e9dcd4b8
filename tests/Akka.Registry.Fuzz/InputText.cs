using System.Text;

namespace Akka.Registry.Fuzz;

/// <summary>Texts as bytes.</summary>
internal static class InputText
{
    public static byte[] Of(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[][] OfAll(params IEnumerable<string> texts) => [.. texts.Select(Of)];

    /// <summary>An input as a text; what is no UTF-8 is read byte by byte, so that half a surrogate pair may come as well.</summary>
    public static string Text(byte[] input)
    {
        try
        {
            return Strict.GetString(input);
        }
        catch (DecoderFallbackException)
        {
            return string.Create(input.Length / 2, input, static (text, bytes) =>
            {
                for (var i = 0; i < text.Length; i++)
                    text[i] = (char)((bytes[2 * i] << 8) | bytes[(2 * i) + 1]);
            });
        }
    }

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
}
