using Otedama.Core;

namespace Otedama.Pool;

/// <summary>The tables on the disk: one file, written whole, so that a crash leaves the former one.</summary>
public sealed partial class AddressManager
{
    public void Save(IFiles files, string path)
    {
        byte[] bytes;
        lock (_gate)
        {
            SettleNewcomers();
            bytes = AddressFile.Write(_key, _groups.Edition, _known.Values);
        }
        files.WriteWhole(path, bytes);
    }

    /// <summary>
    /// Takes over what Save left, into an empty manager. Null when all is well or there is no such file; otherwise a
    /// sentence: a damaged file is put aside as PATH.damaged, in place of an earlier one, and addresses are found
    /// anew.
    /// </summary>
    public string? Load(IFiles files, string path)
    {
        if (!files.Exists(path))
        {
            return null;
        }
        byte[] bytes = files.ReadWhole(path, AddressFile.BytesMax);
        try
        {
            (SipHash key, ulong edition, List<KnownAddress> entries) = AddressFile.Read(bytes);
            lock (_gate)
            {
                (_key, _buckets) = (key, new AddressBuckets(key, _groups));
                foreach (KnownAddress entry in entries.Where(entry => !_known.ContainsKey(entry.Place)))
                {
                    Place(entry, edition == _groups.Edition);
                }
            }
            return null;
        }
        catch (InvalidDataException e)
        {
            files.WriteWhole(path + ".damaged", bytes);
            files.Delete(path);
            return $"The table of known nodes {path} cannot be used: {e.Message}. It was put aside as {path}.damaged, "
                + "and nodes are looked for anew; nothing else is lost.";
        }
    }

    /// <summary>
    /// Buckets of another grouping mean nothing: the address goes where its source would put it today.
    /// </summary>
    private void Place(KnownAddress entry, bool isSameGrouping)
    {
        ushort[] buckets = isSameGrouping
            ? [.. entry.NewBuckets.Where(static bucket => bucket < AddressBuckets.NewBuckets)] : [];
        entry.NewBuckets.Clear();
        if (entry.IsTried && _tried[TriedIndex(entry.Place)] is null)
        {
            _tried[TriedIndex(entry.Place)] = entry;
            _known[entry.Place] = entry;
            return;
        }
        entry.IsTried = false;
        buckets = buckets.Length > 0 ? buckets : [_buckets.New(entry.Place, entry.Source)];
        foreach (ushort bucket in buckets)
        {
            if (TryPlaceNew(entry, bucket))
            {
                _known[entry.Place] = entry;
            }
        }
    }
}
