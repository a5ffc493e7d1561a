"""What answers beside prices: scale, labour supply with tax relief, deficits that follow income, shared burdens."""
