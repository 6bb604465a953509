using Otedama.Pool;

namespace Otedama.Tests.Ledgers;

/// <summary>The smallest fold: which shares and blocks there were. Share n pays n + 1 units.</summary>
internal sealed class CountingFold : ILogFold
{
    public long Shares { get; private set; }

    public long Sum { get; private set; }

    public long Blocks { get; private set; }

    public long Lost { get; private set; }

    /// <summary>Records seen, those of a loaded snapshot not counted.</summary>
    public long Applied { get; private set; }

    /// <summary>What shares 0 to `count` - 1 and their blocks, one each 400, amount to.</summary>
    public static (long Shares, long Sum, long Blocks) Of(long count) => (count, count * (count + 1) / 2, count / 400);

    public void Apply(LogRecord record)
    {
        Applied++;
        switch (record.Type)
        {
            case LogRecordType.Share:
                Shares++;
                Sum += (long)ShareRecord.Read(record.Payload).Work;
                break;
            case LogRecordType.Lost:
                Lost++;
                break;
            default:
                Blocks++;
                break;
        }
    }

    public void Save(Stream stream)
    {
        using BinaryWriter writer = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(Shares);
        writer.Write(Sum);
        writer.Write(Blocks);
    }

    public void Load(Stream stream)
    {
        using BinaryReader reader = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        (Shares, Sum, Blocks) = (reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
    }
}
