using System.Buffers.Text;

namespace Otedama.Asic;

/// <summary>A body of HTTP as it came in chunks, put together; what is before a break is kept. Never throws.</summary>
internal sealed class HttpChunks
{
    private readonly List<(int Body, int Source)> _pieces = [];

    public byte[] Body { get; private set; } = [];

    /// <summary>Why it ends before its last chunk; null = it is whole.</summary>
    public string? Problem { get; private set; }

    /// <summary>Where reading ended, in bytes from the first chunk's size.</summary>
    public int End { get; private set; }

    /// <summary>Null = it does not begin with a chunk's size: somebody has put it together already.</summary>
    public static HttpChunks? Read(ReadOnlySpan<byte> source)
    {
        HttpChunks chunks = new();
        using MemoryStream body = new();
        int at = 0;
        while (true)
        {
            int line = source[at..].IndexOf("\r\n"u8);
            if (line < 1 || !Utf8Parser.TryParse(source.Slice(at, line), out uint size, out int digits, 'x')
                || (digits < line && source[at + digits] is not ((byte)';' or (byte)' ')))
            {
                if (at == 0)
                {
                    return null;
                }
                chunks.Problem = "Its chunks break off: where the size of the next should stand is none.";
                break;
            }
            at += line + 2;
            if (size == 0)
            {
                break;
            }
            int count = (int)Math.Min(size, (uint)(source.Length - at));
            chunks._pieces.Add(((int)body.Length, at));
            body.Write(source.Slice(at, count));
            at += count;
            if (count < size)
            {
                chunks.Problem = $"Its chunks break off: one announces {size} bytes and has {count}.";
                break;
            }
            at += source[at..].StartsWith("\r\n"u8) ? 2 : 0;
        }
        chunks.End = at;
        chunks.Body = body.ToArray();
        return chunks;
    }

    /// <summary>Where a byte of the body stands among the chunks.</summary>
    public int? Place(int? offset)
    {
        if (offset is not int at)
        {
            return null;
        }
        int last = _pieces.FindLastIndex(piece => piece.Body <= at);
        return last < 0 ? at : _pieces[last].Source + at - _pieces[last].Body;
    }
}
