using System.Text;

namespace Akka.Registry.Hosting.Hocon;

/// <summary>The reading of one document: the files that it consists of, and what they have cost so far.</summary>
internal sealed class HoconReading
{
    private static readonly UTF8Encoding StrictUtf8 =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Stack<string> _open = new();
    private int _files;

    /// <summary>Substitutions met so far.</summary>
    public int Substitutions { get; private set; }

    public void CountSubstitution(HoconOrigin at)
    {
        if (++Substitutions > HoconLimits.SubstitutionsMax)
        {
            throw new HoconException(
                at, $"There are more than {HoconLimits.SubstitutionsMax} substitutions.", "Write the values out.");
        }
    }

    /// <summary>Parses a text that is in memory.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="directory">Where the files that it includes are looked for; null: they are an error.</param>
    public HoconNode ParseText(string text, string name, string? directory)
    {
        if (text.Length > HoconLimits.FileBytesMax)
            throw TooLarge(new HoconOrigin(name, 0, 0));
        return new HoconParser(new HoconScanner(text, name), this, directory, [], depth: 0).ParseDocument();
    }

    /// <summary>Parses a file.</summary>
    /// <param name="path">Its path, absolute, or relative to the working directory.</param>
    /// <param name="asked">The include statement, or the file itself.</param>
    /// <param name="includedAt">The path of the object that includes it.</param>
    /// <param name="depth">Levels that it is nested in already.</param>
    /// <returns>Its root; null when there is no such file.</returns>
    public HoconNode? ParseFile(string path, HoconOrigin asked, IReadOnlyList<string> includedAt, int depth)
    {
        var full = Path.GetFullPath(path);
        if (_open.Contains(full, StringComparer.Ordinal))
        {
            throw new HoconException(
                asked,
                $"Files include one another in a circle: {string.Join(" -> ", _open.Reverse().Append(full))}.",
                "Remove one of the include statements.");
        }

        if (++_files > HoconLimits.FilesMax)
        {
            throw new HoconException(
                asked, $"One document includes more than {HoconLimits.FilesMax} files.", "Include fewer.");
        }

        var text = ReadText(full, path, asked);
        if (text is null)
            return null;

        _open.Push(full);
        var scanner = new HoconScanner(text, path);
        var root = new HoconParser(scanner, this, Path.GetDirectoryName(full), includedAt, depth).ParseDocument();
        _open.Pop();
        return root;
    }

    private static string? ReadText(string full, string path, HoconOrigin asked)
    {
        try
        {
            using var file = File.OpenRead(full);
            var buffer = new byte[HoconLimits.FileBytesMax + 1];
            var read = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return read <= HoconLimits.FileBytesMax
                ? StrictUtf8.GetString(buffer, 0, read)
                : throw TooLarge(asked);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (DecoderFallbackException invalid)
        {
            throw new HoconException(
                asked, $"'{path}' is not UTF-8: byte {invalid.Index} begins no character.", "Save it as UTF-8.");
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new HoconException(
                asked, $"'{path}' cannot be read: {failed.Message}", "Check that it is a file and who may read it.");
        }
    }

    private static HoconException TooLarge(HoconOrigin asked) => new(
        asked, $"The text is larger than {HoconLimits.FileBytesMax / 1024} KiB.",
        "Split it, or check that it is the right file.");
}
