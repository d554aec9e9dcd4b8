using System.Text;

namespace Akka.Registry.Security;

/// <summary>What a file of tokens says.</summary>
/// <param name="Content">The file as it was read; null when it could not be.</param>
/// <param name="Lines">Every token, those that were known before included.</param>
/// <param name="Problems">What is wrong; empty when all is well.</param>
internal sealed record TokenFile(byte[]? Content, IReadOnlyList<TokenLine> Lines, IReadOnlyList<string> Problems)
{
    /// <summary>More than the most tokens take with generous rules.</summary>
    private const int BytesMax = 16 * 1024 * 1024;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="known">What the settings name.</param>
    public static TokenFile Read(string path, IEnumerable<TokenLine> known)
    {
        if (TryRead(path, out var problem) is not { } content)
            return new TokenFile(null, [], [problem]);
        var (lines, problems) = (known.ToList(), new List<string>());
        var text = Encoding.UTF8.GetString(content).TrimStart('\uFEFF');
        TokenLines.Read(text.Split('\n'), number => $"Line {number} of '{path}'", lines, problems);
        return new TokenFile(content, lines, problems);
    }

    /// <summary>The file's content; null when it cannot be read.</summary>
    public static byte[]? ReadContent(string path) => TryRead(path, out _);

    private static byte[]? TryRead(string path, out string problem)
    {
        problem = "";
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > BytesMax)
            {
                problem = $"'{path}' has {file.Length} bytes; {BytesMax} are allowed.";
                return null;
            }

            var content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem = $"'{path}' cannot be read: {failure.Message}";
            return null;
        }
    }
}
