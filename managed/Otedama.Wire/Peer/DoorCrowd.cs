namespace Otedama.Wire;

/// <summary>Guests in the order they came to where they are, and how many of each network. One thread at a time.</summary>
internal sealed class DoorCrowd
{
    private readonly List<DoorGuest> _guests = []; // the gate says how many
    private readonly Dictionary<UInt128, int> _ofNetwork = [];

    public int Count => _guests.Count;

    public void Add(DoorGuest guest, long now)
    {
        guest.Since = now;
        _guests.Add(guest);
        _ofNetwork[guest.Network] = _ofNetwork.GetValueOrDefault(guest.Network) + 1;
    }

    public bool Remove(DoorGuest guest)
    {
        if (!_guests.Remove(guest))
        {
            return false;
        }
        if (--_ofNetwork[guest.Network] == 0)
        {
            _ofNetwork.Remove(guest.Network);
        }
        return true;
    }

    /// <summary>How many came no later than that.</summary>
    public int CameBy(long timestamp)
    {
        int count = 0;
        while (count < _guests.Count && _guests[count].Since <= timestamp)
        {
            count++;
        }
        return count;
    }

    /// <summary>
    /// Of those who came no later than that, the oldest of the network that has most; null when there is none, or all
    /// are allowed ones.
    /// </summary>
    public DoorGuest? Victim(long cameBy)
    {
        DoorGuest? victim = null;
        int most = 0;
        foreach (DoorGuest guest in _guests)
        {
            if (guest.Since > cameBy)
            {
                break;
            }
            int count = _ofNetwork[guest.Network];
            if (!guest.IsAllowed && count > most)
            {
                (victim, most) = (guest, count);
            }
        }
        return victim;
    }
}
