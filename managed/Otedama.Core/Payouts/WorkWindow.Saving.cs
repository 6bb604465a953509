namespace Otedama.Core;

/// <summary>
/// The window as bytes, little-endian, whole numbers in groups of seven bits:
/// <code>
/// u128 window   u128 largest window   payees   sweep: slice, round, last round, credit   slices   each slice, then the open one: entries, and for each
///   number of the payee less that of the one before less 1   work: low 64 bits, high 64 bits
/// </code>
/// </summary>
public sealed partial class WorkWindow
{
    /// <summary>Payees that a stored window may have: more than any pool's limit.</summary>
    private const int PayeesMax = 1 << 24;

    public void Save(BinaryWriter writer)
    {
        writer.WriteUInt128(_window);
        writer.WriteUInt128(_windowMax);
        writer.Write7BitEncodedInt(_payees);
        writer.Write7BitEncodedInt(_cursor);
        writer.Write7BitEncodedInt(_round);
        writer.Write7BitEncodedInt(_roundMax);
        writer.Write7BitEncodedInt64(_credit);
        writer.Write7BitEncodedInt(_slices.Count);
        for (int i = 0; i < _slices.Count; i++)
        {
            Save(writer, _slices[i]);
        }
        Save(writer, OpenSlice());
    }

    /// <summary>Throws FormatException or EndOfStreamException when these are not bytes that Save wrote.</summary>
    public static WorkWindow Load(BinaryReader reader)
    {
        WorkWindow window = new();
        window.SetWindow(reader.ReadUInt128());
        window._windowMax = reader.ReadUInt128();
        int payees = Limit(reader.Read7BitEncodedInt(), PayeesMax, "payees");
        if (payees > 0)
        {
            window.MakeRoom(payees - 1);
        }
        int cursor = Limit(reader.Read7BitEncodedInt(), SlicesMax + 1, "sweep");
        window._round = Limit(reader.Read7BitEncodedInt(), RoundsMax, "round");
        window._roundMax = Limit(reader.Read7BitEncodedInt(), RoundsMax, "last round");
        window._credit = reader.Read7BitEncodedInt64();
        int slices = Limit(reader.Read7BitEncodedInt(), SlicesMax + 1, "slices");
        for (int i = 0; i < slices; i++)
        {
            WorkSlice slice = LoadSlice(reader, payees);
            window._slices.Add(slice);
            window._closedWork += slice.Work;
            window._entries += slice.Payees.Length;
        }
        WorkSlice open = LoadSlice(reader, payees);
        window._openPayees.AddRange(open.Payees);
        window._openWork = open.Work;
        for (int i = 0; i < open.Payees.Length; i++)
        {
            window._open[open.Payees[i]] = open.Works[i];
        }
        window.Recount();
        window.MoveCursor(cursor);
        return window;
    }

    private static void Save(BinaryWriter writer, WorkSlice slice)
    {
        writer.Write7BitEncodedInt(slice.Payees.Length);
        int before = -1;
        for (int i = 0; i < slice.Payees.Length; i++)
        {
            writer.Write7BitEncodedInt(slice.Payees[i] - before - 1);
            writer.WriteWork(slice.Works[i]);
            before = slice.Payees[i];
        }
    }

    private static WorkSlice LoadSlice(BinaryReader reader, int payees)
    {
        int[] numbers = new int[Limit(reader.Read7BitEncodedInt(), payees, "entries of a slice")];
        UInt128[] works = new UInt128[numbers.Length];
        int before = -1;
        for (int i = 0; i < numbers.Length; i++)
        {
            before += 1 + Limit(reader.Read7BitEncodedInt(), payees - before - 2, "number of a payee");
            numbers[i] = before;
            works[i] = reader.ReadWork();
        }
        return WorkSlice.Of(numbers, works);
    }

    private static int Limit(int value, int max, string what) => value >= 0 && value <= max
        ? value
        : throw new FormatException($"stored window: {what} is {value}; 0 to {max} is possible");
}
